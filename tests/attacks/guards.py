"""What stands between an attack and its end: each guard by name, where it is, and how to take it away.

``original`` stands exactly once in its file. Where a guard has a second line behind it, ``also`` takes that away as
well: what is shown is that the attacks notice when nothing guards any more.
"""

from dataclasses import dataclass

OAUTH = "vrm/web/oauth/"
GRANTS, SERVER = OAUTH + "grants.py", OAUTH + "server.py"
STORED, CHALLENGE = OAUTH + "stored.py", OAUTH + "pkce.py"
ASSERTION, PUSHED, AUTHORIZE = OAUTH + "client_assertion.py", OAUTH + "pushed.py", OAUTH + "authorize.py"
DECISION, PARAMETERS, ACTIONS = OAUTH + "decision.py", OAUTH + "parameters.py", OAUTH + "grant_actions.py"
DPOP, SIGNED, PROTECTOR = "vrm/web/dpop.py", "vrm/web/signed.py", "vrm/web/protector.py"
SESSION, HEADERS, FETCH = "vrm/web/session.py", "vrm/web/headers.py", "vrm/fetch.py"
CODES, KEPT, JWKS = "vrm/tokens/service.py", "vrm/tokens/pushed.py", "vrm/companies/jwks.py"
STANDING, WEIGHED = "vrm/companies/standing.py", "vrm/consents/effective.py"
ASKING = "vrm/web/asking/"
CHOICES, CHANGES, SCOPES = ASKING + "choices.py", ASKING + "changes.py", ASKING + "scopes.py"
AMENDING, DESK = "vrm/consents/amending.py", "vrm/consents/desk.py"
RECOGNISING = "vrm/consents/recognising.py"


@dataclass(frozen=True)
class Cut:
    """A place in a file, relative to the repository, and what stands there once the guard is gone."""

    file: str
    original: str
    replacement: str


@dataclass(frozen=True)
class Guard:
    """A guard, by the name under which rows attack it."""

    name: str
    cuts: tuple[Cut, ...]


def _guard(name: str, file: str, original: str, replacement: str, *also: tuple[str, str, str]) -> Guard:
    return Guard(name, (Cut(file, original, replacement), *(Cut(*each) for each in also)))


GUARDS: list[Guard] = [
    # Codes and PKCE
    _guard("code once", GRANTS, "if row.used_at is not None:", "if False:"),
    _guard("code replay revokes", GRANTS, "tokens.revoke_of_code(current_session(), row.code_hash, now=clock.now())", "pass"),
    _guard("code of its client", GRANTS, "if row is None or row.client_id != client.client_id:", "if row is None:"),
    _guard("code for a minute", GRANTS, "return None if row.expires_at <= clock.now() else Code(row)", "return Code(row)"),
    _guard("code of its address", STORED, "return self.row.redirect_uri", 'return ""'),
    _guard("code of its key", GRANTS, "if bound_to is not None and bound_to != self.jkt:", "if False:"),
    _guard("code of a good consent", AMENDING, "if row is None or not _stands(row, notice_version, now) or epoch != row.latest_epoch:", "if row is None or epoch != row.latest_epoch:"),
    _guard("code of the last decision", AMENDING, "or not _stands(row, notice_version, now) or epoch != row.latest_epoch:", "or not _stands(row, notice_version, now):"),
    _guard("code is looked up", CODES, "select(AuthorizationCode).where(AuthorizationCode.code_hash == secret_hash(code)).with_for_update()", "select(AuthorizationCode).order_by(AuthorizationCode.expires_at.desc())"),
    _guard("verifier", STORED, "self.code_challenge = row.code_challenge\n", 'self.code_challenge = None\n', (SERVER, "[StrictPKCE(required=True), id_token]", "[type('Bare', (StrictPKCE,), {'validate_code_verifier': lambda *a: None})(), id_token]")),
    _guard("challenge S256", CHALLENGE, 'if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":', "if False:", (CHALLENGE, "        super().validate_code_challenge(grant, redirect_uri)\n", "")),
    # Where answers go
    _guard("redirect registered", GRANTS, "if not redirect_uri or not client.check_redirect_uri(redirect_uri):", "if not redirect_uri:"),
    _guard("redirect named", GRANTS, "if not redirect_uri or not client.check_redirect_uri(redirect_uri):", "if redirect_uri and not client.check_redirect_uri(redirect_uri):"),
    _guard("redirect loopback", "vrm/companies/addresses.py", 'return all(kept[part] == new[part] for part in ("scheme", "host", "path", "query"))', "return True", ),
    _guard("issuer in answers", SERVER, "self.register_extension(_Issuer(house.settings.issuer))", "pass"),
    _guard("issuer in faults", AUTHORIZE, '{"error": error.error, "iss": server.house.settings.issuer}', '{"error": error.error}'),
    _guard("issuer announced", OAUTH + "metadata.py", '"authorization_response_iss_parameter_supported": True', '"authorization_response_iss_parameter_supported": False'),
    _guard("next stays here", SESSION, 'r"/(?![/\\\\])[^\\x00-\\x20\\\\\\x7f]*"', 'r"(?s).*"', (SESSION, "if not parts.scheme and not parts.netloc and offices.of(parts.path) is office():", "if True:")),
    _guard("sign-out registered", OAUTH + "end_session.py", "asker is None or uri not in asker.client.post_logout_redirect_uris", "asker is None or not uri"),
    _guard("sign-out proved", OAUTH + "end_session.py", "return _led_on(leave if leave.proved else Leave())", "return _led_on(leave)"),
    _guard("form ends at the client", HEADERS, 'g.form_target = f"{parts.scheme}://{parts.netloc.lower()}"', 'g.form_target = "*"'),
    _guard("answers by 303", SERVER, "303 if status_code == 302 else status_code", "307 if status_code == 302 else status_code"),
    # Pushed requests and the page
    _guard("push required", AUTHORIZE, "        _require_pushed(server)\n", ""),
    _guard("push known", SERVER, "if pushed is None:", "if pushed is None and not request.payload.redirect_uri:", (SERVER, "request.payload = BasicOAuth2Payload(pushed)", "request.payload = BasicOAuth2Payload(pushed or dict(request.payload.data))")),
    _guard("push of its client", KEPT, "if row is None or row.client_id != client_id or row.expires_at <= now:", "if row is None or row.expires_at <= now:"),
    _guard("push for 90 seconds", KEPT, "or row.client_id != client_id or row.expires_at <= now:", "or row.client_id != client_id:"),
    _guard("push once", KEPT, "return None if used else found", "return found"),
    _guard("push decided once", OAUTH + "going_back.py", "return mark is None or tokens.use_pushed(", "return True or tokens.use_pushed("),
    _guard("address of now", DECISION, 'return ask.quiet or asker.client.accepts_redirect(ask.request["redirect_uri"])', "return True"),
    _guard("push authenticated", PUSHED, "client = self.server.authenticate_client(request, AUTH_METHODS, _NAME)", 'client = self.server.query_client(request.form["client_id"])'),
    _guard("push of parameters", PUSHED, 'if "request_uri" in request.form:', "if False:"),
    _guard("no request objects pushed", PUSHED, 'if "request" in request.form:', "if False:"),
    _guard("no request objects", AUTHORIZE, 'if "request" in request.args:', "if False:"),
    _guard("push by POST", PUSHED, '@blueprint.post("/oauth/par")', '@blueprint.route("/oauth/par", methods=["GET", "POST"])'),
    _guard("code alone", OAUTH + "clients.py", 'return response_type == "code"', "return True", (SERVER, "        return super().get_authorization_grant(request)", "        request.payload.data['response_type'] = 'code'\n        return super().get_authorization_grant(request)")),
    _guard("push unchanged", SERVER, "request.payload = BasicOAuth2Payload(pushed)", "request.payload = BasicOAuth2Payload({**pushed, **dict(request.payload.data)})"),
    _guard("marks are ours", AUTHORIZE, 'if name in sent} if "request_uri" in request.args else {}', "if name in sent}"),
    _guard("seen is decided", DECISION, 'if request.form.get("seen") != written.fingerprint:', "if False:"),
    _guard("choice on the page", CHOICES, "option = next((each for each in line[\"options\"] if each.key == key and each.texts), None)", 'option = line["options"][0]', ("vrm/consents/revising.py", "if choice.key not in terms.lines[choice.line].options:", "if False:")),
    _guard("item on the page", CHOICES, "if item not in offered:", "if False:"),
    _guard("days on the page", CHOICES, 'if form.get("days", "") not in offered:', "if False:", (CHOICES, 'return offered[form["days"]]', 'return int(form["days"])'), ("vrm/consents/revising.py", "if not 1 <= duration_days <= min(terms.duration_days, MOST_DAYS):", "if False:")),
    _guard("second yes", CHOICES, 'if option.special and not allowed and form.get(f"sure-{number}") != "yes":', "if False:"),
    _guard("second yes to more", CHANGES, "if not _reaches_further(terms, granted.terms) and _is_same(", "if _is_same("),
    _guard("second yes to other words", CHANGES, " and _is_same(terms.lines[number], was, granted)", ""),
    _guard("ask of its person", "vrm/consents/asks.py", "row = session.get(AskRow, (consumer_id, ask_id))", "row = session.scalars(select(AskRow).where(AskRow.id == ask_id)).first()"),
    # Who a client is
    _guard("assertion for the issuer", ASSERTION, "return [self._issuer]", 'return [self._issuer, self._issuer + "/", self._issuer + "/oauth/token", self._issuer + "/oauth/par", "https://other.example"]'),
    _guard("assertion for one", ASSERTION, 'if not isinstance(claims.get("aud"), str):', "if False:"),
    _guard("assertion in time", ASSERTION, "LEEWAY = 10\n", "LEEWAY = 3600\n"),
    _guard("assertion short-lived", ASSERTION, "if not isinstance(exp, (int, float)) or not 0 < exp <= time.time() + MOST_LIFE + LEEWAY:", "if False:"),
    _guard("assertion has a jti", ASSERTION, "if not isinstance(jti, str) or not 1 <= len(jti) <= MOST_JTI or not jti.isprintable():", "if False:"),
    _guard("assertion once", ASSERTION, "return tokens.see_once(", "return True or tokens.see_once("),
    _guard("replay known by jti", ASSERTION, 'signer=claims["sub"], jti=jti, expires_at', 'signer=claims["sub"], jti=self._text, expires_at', (ASSERTION, "claims = signed.verify(assertion, key)", "claims, self._text = signed.verify(assertion, key), assertion")),
    _guard("assertion signed", ASSERTION, "claims = signed.verify(assertion, key)", "claims = signed.peek(assertion)[1]"),
    _guard("assertion typ", ASSERTION, 'if header.get("typ") not in TYPES:', "if False:"),
    _guard("assertion of itself", ASSERTION, "        self.verify_claims(claims)\n", "        self.verify_claims({**claims, 'iss': claims['sub']})\n"),
    _guard("keys that are good now", ASSERTION, "good = client.asker.client.good_keys(clock.now())", "good = client.asker.client.keys"),
    _guard("client in good standing", STANDING, 'if client.state != "active":', "if False:"),
    _guard("company in good standing", STANDING, 'if company.state == "suspended":', "if False:", (STANDING, 'if company.state != "approved":', "if False:")),
    _guard("company approved", STANDING, 'if company.state != "approved":', "if False:"),
    _guard("one client in a request", SERVER, 'if request.form.get("client_id", client.client_id) != client.client_id:', "if False:"),
    _guard("secrets in a sandbox alone", OAUTH + "clients.py", "return [ASSERTION, *SECRETS] if sandbox else [ASSERTION]", "return [ASSERTION, *SECRETS]", (OAUTH + "clients.py", "self.is_simple = sandbox and asker.client.has_secret", "self.is_simple = asker.client.has_secret")),
    _guard("one way to prove oneself", OAUTH + "authentication.py", "if len(shown) > 1:", "if False:"),
    _guard("secret", OAUTH + "clients.py", "return self.is_simple and self.asker.client.is_secret(client_secret)", "return True", (OAUTH + "clients.py", "return method in SECRETS if self.is_simple else method == ASSERTION", "return True")),
    # Signatures and keys
    _guard("algorithms", SIGNED, 'ALGORITHMS = ["ES256", "PS256", "Ed25519"]', 'ALGORITHMS = ["ES256", "PS256", "Ed25519", "RS256", "PS384", "ES384", "EdDSA", "HS256", "none"]'),
    _guard("crit", SIGNED, 'or "crit" in header or', "or"),
    _guard("signed text is short", SIGNED, "if len(text) > LONGEST or not text.isascii():", "if not text.isascii():"),
    _guard("numbers are numbers", SIGNED, "    raise ValueError(name)", "    return float(name)"),
    _guard("proof key is public", JWKS, "if _PRIVATE & set(key):", "if False:"),
    _guard("keys are in place", JWKS, "if _REMOTE & set(key):", "if False:"),
    _guard("keys for signing", JWKS, 'if key.get("use", "sig") != "sig" or', "if"),
    _guard("keys are strong", JWKS, "if not (2048 <= modulus.bit_length() <= 8192", "if not (512 <= modulus.bit_length() <= 8192"),
    _guard("each key its kid", JWKS, 'if len({key["kid"] for key in parsed}) < len(parsed):', "if False:"),
    # Possession
    _guard("proof required", OAUTH + "possession.py", "if not sent and (client.is_simple or not required):", "if not sent:", (PROTECTOR, "        proof = prover.read_proof(", "        if not sent:\n            return\n        proof = prover.read_proof(")),
    _guard("proof typ", DPOP, 'if header.get("typ") != "dpop+jwt":', "if False:"),
    _guard("proof signed", DPOP, "claims = signed.verify(sent[0], import_key(public))", "claims = signed.peek(sent[0])[1]"),
    _guard("proof method", DPOP, 'if claims.get("htm") != method:', "if False:"),
    _guard("proof address", DPOP, 'if not _same_address(claims.get("htu"), address):', "if False:"),
    _guard("proof of its token", DPOP, "if not isinstance(told, str) or not _same(told, _base64url(digest).decode()):", "if False:"),
    _guard("proof has a jti", DPOP, "if not isinstance(jti, str) or not 1 <= len(jti) <= MOST_JTI or not jti.isprintable():", "if not (jti := str(jti)):"),
    _guard("proof time", DPOP, "if isinstance(iat, bool) or not isinstance(iat, (int, float)):", "iat = now.timestamp() if isinstance(iat, bool) or not isinstance(iat, (int, float)) else iat\n        if False:"),
    _guard("proof fresh", DPOP, "if not (now - OLD).timestamp() <= iat <= (now + AHEAD).timestamp():", "if False:"),
    _guard("proof nonce", DPOP, "if not isinstance(nonce, str) or not any(_same(nonce, each) for each in good):", "if False:"),
    _guard("nonce required", DPOP, "if self.nonce_required:", "if False:"),
    _guard("proof once", DPOP, "if not tokens.see_once(", "if tokens.see_once is None and not tokens.see_once("),
    _guard("proof known by jti", DPOP, "thumbprint(), jti, expires_at", "thumbprint(), sent[0], expires_at"),
    _guard("token of its key", PROTECTOR, "if proof.jkt != row.jkt:", "if False:"),
    _guard("bound tokens are no bearer tokens", PROTECTOR, '    _require(scheme == _DPOP, "This token is bound to a key: show it as DPoP, beside a proof.")\n', "    if scheme == _BEARER:\n        return\n"),
    _guard("bearer tokens are not bound", PROTECTOR, '        _require(scheme == _BEARER, "This token is bound to no key: show it as Bearer.")\n', ""),
    _guard("refresh token of its key", GRANTS, "if row.jkt != self.jkt:", "if False:"),
    _guard("one key in a request", PUSHED, 'if jkt is not None and params.setdefault("dpop_jkt", jkt) != jkt:', "if False:"),
    _guard("dpop_jkt is a thumbprint", PARAMETERS, 'if name == "dpop_jkt" and not _THUMBPRINT.fullmatch(values[0]):', "if False:"),
    # What tokens are good for
    _guard("own scopes are known", OAUTH + "own_grant.py", "if any(scope not in OWN_SCOPES for scope in asked):", "if False:"),
    _guard("own token needs its scope", PROTECTOR, "if scope is not None and scope not in row.scope.split():", "if False:"),
    _guard("own token of one use", PROTECTOR, "if scope is None and row.scope:", "if False:"),
    _guard("token of a consent", PROTECTOR, "if row.consent_id is None or row.epoch is None:", "if False:", (PROTECTOR, "    assert row.consumer_id is not None\n", "")),
    _guard("client's own token", PROTECTOR, "if row.consent_id is not None:", "if False:"),
    _guard("refresh keeps its scope", GRANTS, "    def authenticate_refresh_token(self,", "    def _validate_token_scope(self, token):\n        pass\n\n    def authenticate_refresh_token(self,"),
    _guard("scope as it was granted", SCOPES, "kept = [name for name in allowed if merged or name in names]", "kept = list(names)"),
    _guard("sign-in needs openid", OAUTH + "userinfo.py", "if scopes.SIGN_IN not in names:", "if False:"),
    _guard("claims as they were granted", WEIGHED, "chosen = tuple(line for line in lines if line.key in wanted)", "chosen = lines"),
    _guard("request scopes are known", SCOPES, "if unknown is not None:", "if False:"),
    _guard("access tokens read", PROTECTOR, 'tokens.find_token(session, secret, kind="access", now=clock.now())', "tokens.find_token(session, secret, now=clock.now())"),
    _guard("refresh tokens refresh", GRANTS, 'tokens.find_token(current_session(), refresh_token, kind="refresh", now=clock.now())', "tokens.find_token(current_session(), refresh_token, now=clock.now())"),
    _guard("token in the header", PROTECTOR, "    if not headers:\n", "    if not headers and request.args.get('access_token'):\n        return _DPOP, request.args['access_token']\n    if not headers:\n"),
    _guard("one whole token", PROTECTOR, "if len(headers) > 1 or scheme is None or not secret.strip():", "if len(headers) > 1 or scheme is None:"),
    _guard("purpose as granted", WEIGHED, "elif purpose not in purposes:", "elif False:", (WEIGHED, "lines = tuple(line for line in standing.lines if line.purpose == purpose)", "lines = standing.lines")),
    _guard("keys as granted", WEIGHED, 'lines = tuple(line for line in standing.lines if line.purpose == purpose)', "lines = standing.lines", (WEIGHED, "chosen = tuple(line for line in lines if line.key in wanted)", "chosen = lines")),
    _guard("purpose named", WEIGHED, "if len(purposes) != 1:", "if False:", (WEIGHED, "(purpose,) = purposes", "purpose = sorted(purposes)[0]")),
    _guard("read under a good consent", WEIGHED, 'if standing.state != "active":', "if False:"),
    _guard("read in its epoch", WEIGHED, "if epoch is not None and epoch != standing.epoch:", "if False:"),
    _guard("suspended clients read nothing", WEIGHED, "if not client_may_read:", "if False:"),
    _guard("refresh under a good consent", GRANTS, "if not consent.is_good(now=clock.now(), epoch=epoch, notice_version=notice_version):", "if False:"),
    _guard("token until given back", CODES, "if row is None or row.revoked_at is not None or row.expires_at <= now:", "if row is None or row.expires_at <= now:"),
    _guard("token for ten minutes", CODES, "or row.revoked_at is not None or row.expires_at <= now:", "or row.revoked_at is not None:"),
    # Across clients and people
    _guard("refresh token of its client", STORED, "return self.row.client_id == client.client_id", "return True"),
    _guard("consent of its client", "vrm/consents/reading.py", "_places.c.consent_id.in_(consent_ids), _places.c.client_id == client_id", "_places.c.consent_id.in_(consent_ids)"),
    _guard("grant of its client", AMENDING, "if place is None or place.client_id != client_id:", "if place is None:"),
    _guard("grant ended by its client", "vrm/consents/service.py", "if row is None or row.client_id != client_id or row.state", "if row is None or row.state"),
    _guard("grant id is an id", ACTIONS, "        return None\n    return consents.find_basis(", "        raise InvalidRequestError()\n    return consents.find_basis("),
    _guard("grant id with its action", ACTIONS, "        if grant_id is not None:\n", "        if False:\n"),
    _guard("grant action is known", ACTIONS, "if name is not None and name not in ACTIONS:", "if False:"),
    _guard("grant of its person", AUTHORIZE, "            action.require_of(here.person_id)\n", "            pass\n"),
    _guard("subject of its company", DESK, "SubjectRow.company_id == company_id, SubjectRow.subject == subject", "SubjectRow.subject == subject"),
    _guard("desk request of its client", "vrm/tokens/backchannel.py", "return None if row is None or row.client_id != client_id or row.used_at is not None else row", "return None if row is None or row.used_at is not None else row"),
    _guard("desk request once", "vrm/tokens/backchannel.py", "or row.client_id != client_id or row.used_at is not None else row", "or row.client_id != client_id else row"),
    _guard("desk request allowed", OAUTH + "backchannel_grant.py", "        if row.consent_id is None:\n", "        if False:\n"),
    _guard("desk code once", DESK, "delete(DeskCode)\n        .where(DeskCode.code_hash == _hash(keys, named), DeskCode.expires_at > now)\n        .returning(DeskCode.consumer_id)", "select(DeskCode.consumer_id)\n        .where(DeskCode.code_hash == _hash(keys, named), DeskCode.expires_at > now)"),
    _guard("consent of its person", "vrm/consents/service.py", "-> ConsentRow:\n    row = session.get(ConsentRow, (consumer_id, consent_id))", "-> ConsentRow:\n    row = session.scalars(select(ConsentRow).where(ConsentRow.id == consent_id)).first()"),
    # What is sent
    _guard("parameters once", PARAMETERS, 'if len(values) > 1 and name != "resource":', "if False:"),
    _guard("own API alone", PARAMETERS, 'if any(resource != issuer for resource in sent.getlist("resource")):', "if False:"),
    _guard("parameters are plain", PARAMETERS, "if name not in _ANYTHING and not PLAIN.fullmatch(values[0]):", "if False:"),
    _guard("names are plain", PARAMETERS, "if not PLAIN.fullmatch(name):", "if False:"),
    _guard("state is printable", PARAMETERS, 'if name == "state" and not _STATE.fullmatch(values[0]):', "if False:"),
    _guard("nonce is printable", PARAMETERS, 'if name == "nonce" and not _NONCE.fullmatch(values[0]):', "if False:"),
    _guard("bodies are small", "vrm/web/__init__.py", "_MOST_SENT = 1 << 20", "_MOST_SENT = 1 << 30"),
    _guard("body and no address", SERVER, 'BasicOAuth2Payload(sent.form if sent.method == "POST" else sent.args)', "BasicOAuth2Payload(sent.values)"),
    # At a browser
    _guard("form token", SESSION, "if not secret or not hmac.compare_digest(_form_token(secret).encode(), sent.encode()):", "if False:"),
    _guard("form from here", SESSION, 'if foreign or fetched_from not in {None, "same-origin", "none"}:', "if False:"),
    _guard("decision by POST", DECISION, "return server.house.database.read(lambda db: _show(", "return decide(ask_id) if request.args.get('decision') else server.house.database.read(lambda db: _show(", (DECISION, 'decision = request.form.get("decision")', 'decision = request.values.get("decision")')),
    _guard("no frames", HEADERS, "frame-ancestors 'none'", "frame-ancestors *"),
    _guard("no foreign scripts", HEADERS, "script-src 'self'", "script-src *"),
    _guard("pages are not kept", HEADERS, 'headers.setdefault("Cache-Control", "no-store")', "pass"),
    _guard("no referrer", HEADERS, 'headers["Referrer-Policy"] = "same-origin"', "pass"),
    _guard("types as said", HEADERS, 'headers["X-Content-Type-Options"] = "nosniff"', "pass"),
    _guard("windows apart", HEADERS, 'headers["Cross-Origin-Opener-Policy"] = "same-origin"', "pass"),
    _guard("no foreign readers", HEADERS, 'headers["Permissions-Policy"] = _PERMISSIONS', 'headers["Access-Control-Allow-Origin"] = "*"'),
    _guard("session is new", "vrm/accounts/sessions.py", 'token = new_secret("vrm-session-")', 'token = replaces or new_secret("vrm-session-")'),
    _guard("session is replaced", "vrm/accounts/sessions.py", "    if replaces:\n        end_session(session, token=replaces)\n", ""),
    _guard("session ends", "vrm/accounts/sessions.py", "session.execute(delete(sessions).where(sessions.c.token_hash == secret_hash(token)))", "pass"),
    _guard("session of its office", SESSION, "if found is not None and found.audience == office().audience else None", ""),
    _guard("cookie for the browser alone", SESSION, 'path="/", secure=site().secure, httponly=True, samesite="Lax")\n', 'path="/", secure=site().secure, httponly=False, samesite="Lax")\n'),
    _guard("cookie for this site", SESSION, 'path="/", secure=site().secure, httponly=True, samesite="Lax")\n', 'path="/", secure=site().secure, httponly=True, samesite="None")\n'),
    _guard("sign-in is recent", AUTHORIZE, "again = here is not None and not prompts.is_recent(here, params | mark, now)", "again = False"),
    _guard("sign-in is recent at the decision", DECISION, "if not prompts.is_recent(session.present(), ask.request, clock.now(), asked_at=ask.created_at):", "if False:"),
    _guard("known only while it stands", RECOGNISING, '        ConsentRow.state == "active",\n', "", (RECOGNISING, "        ConsentRow.notice_version == notice_version,\n", ""), (RECOGNISING, "dict(revision.notice) == dict(notice) and ", "")),
    _guard("known for what was decided", RECOGNISING, "if dict(revision.notice) == dict(notice) and changes_nothing(terms, revision):", "if True:"),
    _guard("known as oneself", RECOGNISING, "        ConsentRow.consumer_id == consumer_id,\n", ""),
    _guard("known by both factors", AUTHORIZE, "here = None if again or step else here", "here = None if again else here"),
    _guard("blocked is not known", RECOGNISING, "if blocked_since(session, consumer_id=consumer_id, company_id=row.company_id) is not None:", "if False:"),
    _guard("prompt none shows nothing", OAUTH + "prompts.py", '    raise ConsentRequiredError(description="The person has to decide on this. Ask without prompt=none.")\n', ""),
    # Reading addresses of others
    _guard("public addresses", FETCH, "if not answer or not all(is_public(address) for address in answer):", "if not answer:"),
    _guard("all addresses public", FETCH, "not all(is_public(address) for address in answer)", "not any(is_public(address) for address in answer)"),
    _guard("redirects are not followed", "vrm/companies/remote_keys.py", "if found.status != 200:", "if False:"),
    _guard("nothing is unfolded", FETCH, 'if answered.get(b"content-encoding", "identity").strip().lower() != "identity":', "if False:"),
    _guard("answers are small", FETCH, "if len(body) > limit:", "if False:"),
    _guard("keys over TLS", "vrm/companies/addresses.py", '        or found["scheme"] != "https"\n        or found["port"]', '        or found["port"]'),
    _guard("keys of one's own", "vrm/companies/addresses.py", "        or not within(text, domain)\n", ""),
    # The files of the log
    _guard("entries for auditors alone", "vrm/web/api/log.py", 'auditor_id, named = protector.auditor_id(), _named("entries", place)', 'auditor_id, named = "nobody", _named("entries", place)'),
    _guard("nothing unsigned", "vrm/accesslog/serving.py", "if published is None or named.end_leaf > published.size:", "if published is None:"),
    # What answers tell
    _guard("clients look alike", SERVER, "except companies.MayNotAsk:", "except companies.MayNotAsk as why:", (SERVER, 'description="This client is unknown, not approved yet, or suspended. Ask the operator."', "description=why.message")),
    _guard("people look alike", "vrm/accounts/passwords.py", "Argon2id.verify_phc_encoded(_bytes(password), phc or self._nobody)", "phc and Argon2id.verify_phc_encoded(_bytes(password), phc)"),
    _guard("tokens look alike", OAUTH + "introspection.py", "return token.check_client(client)", "return True"),
    _guard("desk asks are in no figure", "vrm/consents/asked.py", "AskRow.quiet.is_(False),  # one more", "# one more"),
    _guard("refusals at a desk wait", "vrm/consents/asks.py", "    if not ask.quiet:\n        record_refusal(", "    if True:\n        record_refusal("),
    _guard("each desk request ends alike", "vrm/tokens/closing.py", "        _write(session, keys, each, now)\n", "        if each.decided_at is not None:\n            _write(session, keys, each, now)\n"),
    _guard("desk takes the same steps", OAUTH + "backchannel.py", "may_reach = tokens.may_reach(", "may_reach = found is not None and tokens.may_reach("),
]  # fmt: skip
