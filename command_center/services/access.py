"""Who may come in: accounts with pass-phrases, one-time links, display links, bearer tokens. Only hashes are kept."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from itertools import count

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Account, Credential, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import (
    AlreadyUsed,
    Invalid,
    PassphraseTooShort,
    SignatureRefused,
    UnknownAccount,
    UnknownLink,
    UnknownUnit,
    WrongPassphrase,
)
from command_center.domain.rights import SIGN_IN_ROLES, SYSTEM, Actor, Right, Role
from command_center.words import as_language, phrases, translator

SHORTEST_PASSPHRASE = 8
SESSION_LENGTH = timedelta(hours=26)
"""A duty day and the handover after it."""

LINK_LENGTH = timedelta(hours=24)
CREW_SESSION_LENGTH = timedelta(days=30)
_FIRST_OFFICER = "值班员"

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Verified against when the name is unknown, so that the answer takes as long as for a known one."""
    return _hasher.hash(secrets.token_hex(8))


def _hash(secret: str) -> str:
    """Secrets are 256 random bits: a plain hash is enough, and can be looked up."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def caller_of(center: Center, secret: str) -> Actor | None:
    """Who a session cookie or bearer token belongs to; None when it is unknown, revoked, too old, or the account is disabled."""
    with center.read() as session:
        found = _credential(session, secret, ("session", "bearer"), center.now())
        return None if found is None else _actor(found[1])


def _credential(session: Session, secret: str, kinds: tuple[str, ...], now: datetime) -> tuple[Credential, Account] | None:
    query = select(Credential, Account).join(Account, Account.id == Credential.account_id)
    query = query.where(Credential.secret_hash == _hash(secret), Credential.kind.in_(kinds), Credential.revoked_at.is_(None))
    row = session.execute(query.where(Account.disabled_at.is_(None))).one_or_none()
    if (
        row is None
        or (row[0].expires_at is not None and row[0].expires_at <= now)
        or (row[0].kind == "link" and row[0].used_at is not None)
    ):
        return None
    return row[0], row[1]


def _actor(account: Account) -> Actor:
    return Actor(name=account.name, role=account.role, account_id=account.id, unit_id=account.unit_id)


def _issue(work: Work, account: Account, kind: str, length: timedelta | None) -> str:
    secret = secrets.token_urlsafe(32)
    expires_at = None if length is None else work.now + length * work.speed
    work.add(Credential(account_id=account.id, kind=kind, secret_hash=_hash(secret), created_at=work.now, expires_at=expires_at))
    return secret


def _session_length(role: Role) -> timedelta | None:
    if role is Role.DISPLAY:
        return None
    return CREW_SESSION_LENGTH if role is Role.CREW else SESSION_LENGTH


# ---- signing in ----------------------------------------------------------------------------------------------------------------


def sign_in(center: Center, name: str, passphrase: str) -> str:
    """A session's secret for the right name and pass-phrase; raises WrongPassphrase without saying which was wrong."""
    with center.read() as session:
        account = session.scalars(select(Account).where(Account.name == name, Account.disabled_at.is_(None))).one_or_none()
    try:
        _hasher.verify(account.passphrase_hash if account and account.passphrase_hash else _nobody(), passphrase)
    except VerificationError:
        raise WrongPassphrase from None
    if account is None or account.passphrase_hash is None:
        raise WrongPassphrase
    return _start_session(center, account.id, "passphrase")


def confirm_passphrase(center: Center, actor: Actor, passphrase: str) -> None:
    """Make sure it is the person and not the browser they left: the pass-phrase goes under every signature. Raises SignatureRefused."""
    with center.read() as session:
        account = None if actor.account_id is None else session.get(Account, actor.account_id)
    known = None if account is None or account.disabled_at is not None else account.passphrase_hash
    try:
        _hasher.verify(known or _nobody(), passphrase)
    except VerificationError:
        raise SignatureRefused from None
    if known is None:
        raise SignatureRefused


def _start_session(center: Center, account_id: int, by: str) -> str:
    with center.read() as session:
        actor = _actor(session.get_one(Account, account_id))
    with center.work(actor) as work:
        account = work.get(Account, account_id)
        work.record(events.SignedIn(account=account.name, by=by))
        return _issue(work, account, "session", _session_length(account.role))


def sign_out(center: Center, secret: str) -> None:
    """End a session; an unknown one is no error."""
    with center.read() as session:
        found = _credential(session, secret, ("session",), center.now())
    if found is None:
        return
    credential, account = found
    with center.work(_actor(account)) as work:
        work.get(Credential, credential.id).revoked_at = work.now
        work.record(events.SignedOut(account=account.name))


def link_owner(center: Center, secret: str) -> Actor:
    """Whose link this is, without using it up; raises UnknownLink. An account without pass-phrase still has to be set up."""
    with center.read() as session:
        found = _credential(session, secret, ("link", "display"), center.now())
        if found is None:
            raise UnknownLink
        return _actor(found[1])


def needs_setup(center: Center, actor: Actor) -> bool:
    """Whether the person behind a link has yet to choose name and pass-phrase (screens and crews never do)."""
    if actor.role in (Role.DISPLAY, Role.CREW):
        return False
    with center.read() as session:
        account = session.get(Account, actor.account_id)
        return account is not None and account.passphrase_hash is None


def use_link(center: Center, secret: str) -> str:
    """Turn a link into a session; one-time links are used up, display links stay. Raises UnknownLink."""
    with center.work(SYSTEM) as work:
        found = _credential(work.session, secret, ("link", "display"), work.now)
        if found is None:
            raise UnknownLink
        credential = work.get(Credential, found[0].id)
        if credential.kind == "link" and credential.used_at is not None:
            raise UnknownLink
        credential.used_at = work.now
        account = found[1]
        work.record(events.SignedIn(account=account.name, by=credential.kind))
        return _issue(work, account, "session", _session_length(account.role))


def set_up_account(center: Center, secret: str, name: str, passphrase: str) -> str:
    """First use of a one-time link: the person takes a name and a pass-phrase, and is signed in.

    Raises UnknownLink, Invalid (name), AlreadyUsed, PassphraseTooShort; then the link is still good.
    """
    name = _checked_name(name)
    passphrase_hash = _hashed(passphrase)
    owner = link_owner(center, secret)
    with center.work(owner) as work:
        account = _account_named(work, owner.name)
        _check_name_free(work, name, account.id)
        if account.name != name:
            work.record(events.AccountNamed(account=name, before=account.name))
            account.name = name
        account.passphrase_hash = passphrase_hash
        work.record(events.PassphraseSet(account=name))
    return use_link(center, secret)


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 40 or not name.isprintable():
        raise Invalid(field="name", value=name[:40])
    return name


def _hashed(passphrase: str) -> str:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise PassphraseTooShort(least=SHORTEST_PASSPHRASE)
    return _hasher.hash(passphrase)


def _check_name_free(work: Work, name: str, account_id: int | None) -> None:
    held = work.session.scalars(select(Account.id).where(Account.name == name)).one_or_none()
    if held is not None and held != account_id:
        raise AlreadyUsed(name=name)


# ---- managing ------------------------------------------------------------------------------------------------------------------


def create_account(
    center: Center, name: str, role: Role, actor: Actor, *, passphrase: str | None = None, unit_id: str | None = None
) -> int:
    """Make an account; without a pass-phrase it is set up by its first link. Raises AlreadyUsed, UnknownUnit, Invalid."""
    actor.require(Right.MANAGE_ACCOUNTS)
    with center.work(actor) as work:
        return _create(work, name, role, passphrase, unit_id).id


def _create(work: Work, name: str, role: Role, passphrase: str | None, unit_id: str | None) -> Account:
    name = _checked_name(name)
    _check_name_free(work, name, None)
    if role not in SIGN_IN_ROLES:
        raise Invalid(field="role", value=role.value)
    if (role is Role.CREW) != (unit_id is not None):
        raise Invalid(field="unit", value=unit_id)
    if unit_id is not None and work.session.get(Unit, unit_id) is None:
        raise UnknownUnit(unit=unit_id)
    hashed = None if passphrase is None else _hashed(passphrase)
    account = work.add(Account(name=name, role=role, unit_id=unit_id, passphrase_hash=hashed, created_at=work.now))
    work.record(events.AccountCreated(account=name, role=role.value))
    return account


def _ensure(work: Work, name: str, role: Role, unit_id: str | None) -> Account:
    """The account of this name, made when missing; raises AlreadyUsed when it has another role or unit."""
    account = work.session.scalars(select(Account).where(Account.name == name)).one_or_none()
    if account is None:
        return _create(work, name, role, None, unit_id)
    if account.role is not role or account.unit_id != unit_id:
        raise AlreadyUsed(name=name)
    return account


def set_passphrase(center: Center, name: str, passphrase: str, actor: Actor) -> None:
    """Give an account a new pass-phrase; its sessions end. People may change their own."""
    with center.work(actor) as work:
        account = _account_named(work, name)
        if account.id != actor.account_id:
            actor.require(Right.MANAGE_ACCOUNTS)
        account.passphrase_hash = _hashed(passphrase)
        _revoke_sessions(work, account)
        work.record(events.PassphraseSet(account=name))


def disable_account(center: Center, name: str, actor: Actor) -> None:
    """Shut an account; its sessions and tokens end at once."""
    actor.require(Right.MANAGE_ACCOUNTS)
    with center.work(actor) as work:
        account = _account_named(work, name)
        account.disabled_at = work.now
        _revoke_sessions(work, account)
        work.record(events.AccountDisabled(account=name))


def _account_named(work: Work, name: str) -> Account:
    account_id = work.session.scalar(select(Account.id).where(Account.name == name))
    if account_id is None:
        raise UnknownAccount(name=name)
    return work.get(Account, account_id)


def _revoke_sessions(work: Work, account: Account) -> None:
    alive = select(Credential).where(Credential.account_id == account.id, Credential.revoked_at.is_(None))
    for credential in work.session.scalars(alive):
        credential.revoked_at = work.now


def accounts(center: Center) -> list[Account]:
    with center.read() as session:
        return list(session.scalars(select(Account).order_by(Account.name)))


def issue_token(center: Center, name: str, role: Role, actor: Actor = SYSTEM, *, unit_id: str | None = None) -> str:
    """A bearer token for a program, on the account of that name (made when missing). Shown once, kept as a hash."""
    actor.require(Right.MANAGE_ACCOUNTS)
    with center.work(actor) as work:
        account = _ensure(work, name, role, unit_id)
        work.record(events.CredentialIssued(account=name, kind="bearer"))
        return _issue(work, account, "bearer", None)


def issue_link(center: Center, name: str, actor: Actor) -> str:
    """A one-time sign-in link for an account, good for a day; returns its path, "/in/...". Raises UnknownAccount."""
    actor.require(Right.ISSUE_LINKS)
    with center.work(actor) as work:
        account = _account_named(work, name)
        if account.role not in (Role.CREW, Role.DISPLAY) and account.id != actor.account_id:
            actor.require(Right.MANAGE_ACCOUNTS)
        work.record(events.CredentialIssued(account=name, kind="link"))
        return f"/in/{_issue(work, account, 'link', LINK_LENGTH)}"


def issue_crew_link(center: Center, unit_id: str, actor: Actor) -> str:
    """A one-time link that signs a crew's phone in for its unit; returns its path. Raises UnknownUnit."""
    actor.require(Right.ISSUE_LINKS)
    with center.work(actor) as work:
        unit = work.session.get(Unit, unit_id)
        if unit is None:
            raise UnknownUnit(unit=unit_id)
        account = _ensure(work, unit.call_sign_zh, Role.CREW, unit_id)
        work.record(events.CredentialIssued(account=account.name, kind="link"))
        return f"/in/{_issue(work, account, 'link', LINK_LENGTH)}"


def issue_display_link(center: Center, actor: Actor, name: str = "大屏") -> str:
    """A lasting read-only link for a wall display; returns its path."""
    actor.require(Right.ISSUE_LINKS)
    with center.work(actor) as work:
        account = _ensure(work, name, Role.DISPLAY, None)
        work.record(events.CredentialIssued(account=name, kind="display"))
        return f"/in/{_issue(work, account, 'display', None)}"


def revoke(center: Center, secret: str, actor: Actor) -> None:
    """End a token or link by its secret; raises UnknownLink."""
    actor.require(Right.MANAGE_ACCOUNTS)
    with center.work(actor) as work:
        found = _credential(work.session, secret, ("session", "bearer", "link", "display"), work.now)
        if found is None:
            raise UnknownLink
        work.get(Credential, found[0].id).revoked_at = work.now
        work.record(events.CredentialRevoked(account=found[1].name, kind=found[0].kind))


def first_run_link(center: Center) -> str | None:
    """On a centre where nobody has a pass-phrase yet: a one-time link for the first duty officer; None afterwards."""
    with center.read() as session:
        if session.scalar(select(func.count()).select_from(Account).where(Account.passphrase_hash.is_not(None))):
            return None
    with center.work(SYSTEM) as work:
        account = _ensure(work, _FIRST_OFFICER, Role.DUTY_OFFICER, None)
        work.record(events.CredentialIssued(account=account.name, kind="link"))
        return f"/in/{_issue(work, account, 'link', LINK_LENGTH)}"


def trainee_links(center: Center, roles: Iterable[Role]) -> list[tuple[str, str]]:
    """In a drill: an account and a one-time link for everybody of these roles who has none to sign in with; name and path of each.

    Who has a pass-phrase in the centre in service has it in the drill. Asked again, those who did not come yet get another link.
    """
    say = translator(as_language(center.language))
    links: list[tuple[str, str]] = []
    with center.work(SYSTEM) as work:
        known = {account.name: account for account in work.session.scalars(select(Account))}
        can_sign = Counter(account.role for account in known.values() if account.passphrase_hash and account.disabled_at is None)
        for role, wanted in Counter(roles).items():
            names = (say(phrases.ROLE[role]) + (f" {number}" if number > 1 else "") for number in count(1))
            free = (name for name in names if name not in known or _awaits(known[name], role))
            for _ in range(wanted - can_sign[role]):
                account = _ensure(work, next(free), role, None)
                work.record(events.CredentialIssued(account=account.name, kind="link"))
                links.append((account.name, f"/in/{_issue(work, account, 'link', LINK_LENGTH)}"))
    return links


def _awaits(account: Account, role: Role) -> bool:
    """Whether this account was made for somebody of this role who has not come yet."""
    return account.role is role and account.passphrase_hash is None and account.disabled_at is None
