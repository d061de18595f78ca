import { given } from './names.ts'
import { parseObject } from './objectParser.ts'
import type { Row } from './row.ts'
import { WireError } from './wireError.ts'

interface InvalidationBody {
  token?: string
  refresh_token?: string
  realm_name?: string
  username?: string
}

interface InvalidationData {
  invalidateTokens: { invalidated: number; previouslyInvalidated: number }
}

/** Ends tokens before their time. A token that is unknown is the only one that is not found. Source: spec 4.3. */
export const invalidateTokens: Row<InvalidationBody, InvalidationData> = {
  methods: ['DELETE'],
  paths: ['/_security/oauth2/token'],
  parse(read) {
    const strings = {
      token: 'string',
      refresh_token: 'string',
      realm_name: 'string',
      username: 'string',
    } as const
    const body: InvalidationBody = parseObject(read(), 'invalidate_token', strings)
    if (body.token && body.refresh_token) throw onlyOneToken
    return body
  },
  operation: /* GraphQL */ `
    mutation InvalidateTokens($which: TokenSelectionInput!) {
      invalidateTokens(which: $which) {
        ... on TokensInvalidated {
          invalidated
          previouslyInvalidated
        }
      }
    }
  `,
  variables: ({
    body: { token: accessToken, refresh_token: refreshToken, realm_name: realmName, username },
  }) => ({
    which: given({ accessToken, refreshToken, realmName, username }),
  }),
  answer({ invalidateTokens: { invalidated, previouslyInvalidated } }, { body }) {
    const isUnknown = isOfOneToken(body) && invalidated + previouslyInvalidated === 0
    return {
      status: isUnknown ? 404 : 200,
      body: {
        invalidated_tokens: invalidated,
        previously_invalidated_tokens: previouslyInvalidated,
        error_count: 0,
      },
    }
  },
}

function isOfOneToken({ token = '', refresh_token: refreshToken = '' }: InvalidationBody): boolean {
  return token !== '' || refreshToken !== ''
}

/** As a declared parser says it whose parts do not go together. */
const onlyOneToken = new WireError(
  'x_content_parse_exception',
  'Failed to build [invalidate_token] after last required field arrived',
  {
    causedBy: {
      type: 'illegal_argument_exception',
      reason: 'only one of [token, refresh_token] may be sent per request',
    },
  },
)
