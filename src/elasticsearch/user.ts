import { refuseProblems } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { errorAnswer, ok, type Answer } from './answer.ts'
import { found, given, listed, namesOf } from './names.ts'
import type { Row } from './row.ts'
import { parseUserBody, stringsOf } from './userBody.ts'
import { WireError } from './wireError.ts'

interface UserData {
  username: string
  roles: string[]
  fullName: string | null
  email: string | null
  metadata: JsonObject
  enabled: boolean
}

/** Creates or replaces a user. Source: spec 4.1. */
export const putUser: Row<JsonObject, { putUser: { __typename: string; created: boolean } }> = {
  methods: ['PUT', 'POST'],
  paths: ['/_security/user/{username}'],
  parameters: ['refresh'],
  parse(read, path) {
    const user = parseUserBody(read(), 'add user', {
      username: 'string',
      password: 'string',
      password_hash: 'string',
      roles: 'strings',
      full_name: 'string or null',
      email: 'string or null',
      metadata: 'object',
      enabled: 'boolean',
    })
    if (user.username !== undefined && user.username !== path('username')) {
      const reason = `[username] in source does not match the username provided [${path('username')}]`
      throw new WireError('illegal_argument_exception', reason)
    }
    return user
  },
  operation: /* GraphQL */ `
    mutation PutUser($username: String!, $user: UserInput!) {
      putUser(username: $username, user: $user) {
        __typename
        ... on UserPut {
          created
        }
      }
    }
  `,
  variables({ path, body }) {
    if (body.roles === undefined) refuseProblems(['roles are missing'])
    const { password, password_hash: passwordHash, full_name: fullName, email, metadata, enabled } = body
    const user = {
      password,
      passwordHash,
      roles: stringsOf(body.roles),
      fullName,
      email,
      metadata,
      enabled,
    }
    return { username: path('username'), user: given(user) }
  },
  answer: ({ putUser: { __typename, created } }) =>
    __typename === 'UserPut'
      ? ok({ created })
      : validationError('password must be specified unless you are updating an existing user'),
}

/** Users by name, or all of them. Source: spec 4.1. */
export const getUsers: Row<undefined, { users: UserData[] }> = {
  methods: ['GET'],
  paths: ['/_security/user', '/_security/user/{username}'],
  operation: /* GraphQL */ `
    query GetUsers($usernames: [String!]) {
      users(usernames: $usernames) {
        username
        roles
        fullName
        email
        metadata
        enabled
      }
    }
  `,
  variables: ({ path }) => ({ usernames: namesOf(path('username')) }),
  answer: ({ users }, { path }) =>
    listed(
      users.map((user) => [user.username, userBody(user)]),
      path('username'),
    ),
}

/** Source: spec 4.1. */
export const deleteUser: Row<undefined, { deleteUser: { __typename: string } }> = {
  methods: ['DELETE'],
  paths: ['/_security/user/{username}'],
  parameters: ['refresh'],
  operation: /* GraphQL */ `
    mutation DeleteUser($username: String!) {
      deleteUser(username: $username) {
        __typename
      }
    }
  `,
  variables: ({ path }) => ({ username: path('username') }),
  answer: ({ deleteUser: { __typename } }) => found(__typename === 'UserDeleted'),
}

/** Gives a user, or without a name the caller, a new password. Source: spec 4.1. */
export const changePassword: Row<JsonObject, { changePassword: { __typename: string } }> = {
  methods: ['PUT', 'POST'],
  paths: ['/_security/user/_password', '/_security/user/{username}/_password'],
  parameters: ['refresh'],
  parse: (read) => parseUserBody(read(), 'change password', { password: 'string', password_hash: 'string' }),
  operation: /* GraphQL */ `
    mutation ChangePassword($username: String, $password: String, $passwordHash: String) {
      changePassword(username: $username, password: $password, passwordHash: $passwordHash) {
        __typename
      }
    }
  `,
  variables: ({ path, body: { password, password_hash: passwordHash } }) =>
    given({ username: path('username') || undefined, password, passwordHash }),
  answer: ({ changePassword: { __typename } }) =>
    __typename === 'PasswordChanged'
      ? ok({})
      : validationError('user must exist in order to change password'),
}

export const enableUser = setEnabled('_enable', true)
export const disableUser = setEnabled('_disable', false)

/** Source: spec 4.1. */
function setEnabled(
  verb: string,
  enabled: boolean,
): Row<undefined, { setUserEnabled: { __typename: string } }> {
  return {
    methods: ['PUT', 'POST'],
    paths: [`/_security/user/{username}/${verb}`],
    parameters: ['refresh'],
    operation: /* GraphQL */ `
      mutation SetUserEnabled($username: String!, $enabled: Boolean!) {
        setUserEnabled(username: $username, enabled: $enabled) {
          __typename
        }
      }
    `,
    variables: ({ path }) => ({ username: path('username'), enabled }),
    answer: ({ setUserEnabled: { __typename } }) =>
      __typename === 'UserEnabledSet'
        ? ok({})
        : validationError(`only existing users can be ${enabled ? 'enabled' : 'disabled'}`),
  }
}

/** Absent is null here, unlike in profiles. Source: spec 4.1. */
function userBody({ username, roles, fullName, email, metadata, enabled }: UserData): JsonObject {
  return { username, roles, full_name: fullName, email, metadata, enabled }
}

function validationError(problem: string): Answer {
  return errorAnswer(new WireError('validation_exception', `Validation Failed: 1: ${problem};`))
}
