/** The realms that are attacked: one issuer's keys, and terms that differ. */
export const attackedRealms = `
xpack.security.authc.realms.jwt:
  web:
    order: 1
    allowed_issuer: https://web.example/
    allowed_audiences: [gateway, gateway-2]
    allowed_signature_algorithms: [RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512]
    pkc_jwkset_path: FOLDER/jwks.json
    claims: { principal: sub, name: name, mail: email }
    client_authentication.type: none
  rs:
    order: 2
    allowed_issuer: https://rs.example/
    allowed_audiences: [gateway]
    pkc_jwkset_path: FOLDER/jwks.json
    claims.principal: sub
    client_authentication.type: none
  mixed:
    order: 3
    allowed_issuer: https://mixed.example/
    allowed_audiences: [gateway]
    allowed_signature_algorithms: [RS256, HS256]
    pkc_jwkset_path: FOLDER/jwks.json
    hmac_key: \${ISSUER_SECRET}
    claims.principal: sub
    client_authentication.type: none
  api:
    order: 4
    token_type: access_token
    allowed_issuer: https://api.example/
    allowed_audiences: [gateway]
    allowed_subjects: [jacknich]
    fallback_claims: { sub: client_id, aud: resource }
    required_claims: { scope: [profiles, everything] }
    pkc_jwkset_path: FOLDER/jwks.json
    claims.principal: sub
    client_authentication.type: none
  strict:
    order: 5
    allowed_issuer: https://strict.example/
    allowed_audiences: [gateway]
    allowed_subjects: [only-me]
    allowed_subject_patterns: ['team-*', 'room-?', '/svc-[0-9]+/', '/(a+)+b/']
    required_claims:
      tier: [gold, silver]
      org.unit: research
    pkc_jwkset_path: FOLDER/jwks.json
    claims.principal: sub
    client_authentication.type: none
  mail:
    order: 6
    allowed_issuer: https://mail.example/
    allowed_audiences: [gateway]
    pkc_jwkset_path: FOLDER/jwks.json
    claims: { principal: email, name: name, mail: address, groups: groups, dn: dn }
    claim_patterns.principal: ^([^@]*)@example[.]com$
    client_authentication.type: none
  off:
    order: 7
    enabled: false
    allowed_issuer: https://off.example/
    allowed_audiences: [gateway]
    pkc_jwkset_path: FOLDER/jwks.json
    claims.principal: sub
    client_authentication.type: none
  staff:
    order: 8
    allowed_issuer: https://staff.example/
    allowed_audiences: [gateway]
    pkc_jwkset_path: FOLDER/jwks.json
    claims.principal: sub
    authorization_realms: [native]
    client_authentication.type: none
`
