// What is pasted into `gateway.yml`, as it would stand in an `elasticsearch.yml`.

import { audience, portal, type OpenidProvider } from '../support/openidProvider.ts'

/** Takes the ID tokens of the application. */
export const idTokens = ({ issuer, jwksUri }: OpenidProvider) => `
xpack.security.authc.realms.jwt.portal.order: 1
xpack.security.authc.realms.jwt.portal.token_type: id_token
xpack.security.authc.realms.jwt.portal.allowed_issuer: ${issuer}
xpack.security.authc.realms.jwt.portal.allowed_audiences: [${portal.id}]
xpack.security.authc.realms.jwt.portal.allowed_signature_algorithms: [RS256, ES256]
xpack.security.authc.realms.jwt.portal.pkc_jwkset_path: ${jwksUri}
xpack.security.authc.realms.jwt.portal.claims.principal: sub
xpack.security.authc.realms.jwt.portal.claims.name: name
xpack.security.authc.realms.jwt.portal.claims.mail: email
xpack.security.authc.realms.jwt.portal.claims.groups: roles
`

/** Takes the access tokens that the application gets for people. */
export const accessTokens = ({ issuer, jwksUri }: OpenidProvider) => `
xpack.security.authc.realms.jwt.api.order: 2
xpack.security.authc.realms.jwt.api.token_type: access_token
xpack.security.authc.realms.jwt.api.allowed_issuer: ${issuer}
xpack.security.authc.realms.jwt.api.allowed_audiences: [${audience}]
xpack.security.authc.realms.jwt.api.allowed_subject_patterns: ["*"]
xpack.security.authc.realms.jwt.api.allowed_signature_algorithms: [RS256, ES256]
xpack.security.authc.realms.jwt.api.required_claims.client_id: ${portal.id}
xpack.security.authc.realms.jwt.api.pkc_jwkset_path: ${jwksUri}
xpack.security.authc.realms.jwt.api.claims.principal: sub
xpack.security.authc.realms.jwt.api.claims.name: name
xpack.security.authc.realms.jwt.api.claims.mail: email
xpack.security.authc.realms.jwt.api.client_authentication.type: none
`

/** Takes the access tokens that programs get for themselves, some without a subject. */
export const programTokens = ({ issuer, jwksUri }: OpenidProvider) => `
xpack.security.authc.realms.jwt.programs.order: 3
xpack.security.authc.realms.jwt.programs.token_type: access_token
xpack.security.authc.realms.jwt.programs.allowed_issuer: ${issuer}
xpack.security.authc.realms.jwt.programs.allowed_audiences: [${audience}]
xpack.security.authc.realms.jwt.programs.allowed_subjects: [reporting, nameless]
xpack.security.authc.realms.jwt.programs.fallback_claims.sub: client_id
xpack.security.authc.realms.jwt.programs.pkc_jwkset_path: ${jwksUri}
xpack.security.authc.realms.jwt.programs.claims.principal: client_id
xpack.security.authc.realms.jwt.programs.client_authentication.type: none
`

/** Whoever has an ID token may bring it. */
export const anyClient = 'xpack.security.authc.realms.jwt.portal.client_authentication.type: none\n'
