import type { User as UserModel } from '../authentication/userRepository.ts'
import type { UserPut as UserPutModel } from '../authentication/users.ts'
import { builder } from './builder.ts'
import { defineError } from './error.ts'

const UserNotFound = defineError('UserNotFound', 'There is no user of that name.')
const notFound = { __typename: 'UserNotFound', message: 'there is no user of that name' } as const

const PasswordRequired = defineError('PasswordRequired', 'A new user needs a password.')
const passwordRequired = {
  __typename: 'PasswordRequired',
  message: 'password must be specified unless you are updating an existing user',
} as const

const User = builder.objectRef<UserModel>('User').implement({
  description: 'A native user, or the reserved superuser.',
  fields: (t) => ({
    username: t.exposeString('username', { description: 'Names the user.' }),
    roles: t.stringList({
      description: 'Names of roles, whether such roles exist or not.',
      resolve: ({ roles }) => [...roles],
    }),
    fullName: t.exposeString('fullName', { nullable: true, description: 'The full name.' }),
    email: t.exposeString('email', { nullable: true, description: 'The email address.' }),
    metadata: t.field({
      type: 'JSONObject',
      description: 'Whatever else is kept of the user.',
      resolve: ({ metadata }, _, { answerSize }) => answerSize.add(metadata),
    }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether the user can be authenticated.' }),
  }),
})

const UserInput = builder.inputType('UserInput', {
  description:
    'A user, whole: what is left out becomes empty, except that an existing user keeps its password.',
  fields: (t) => ({
    password: t.string({ required: false, description: 'The password: 6 characters at least.' }),
    passwordHash: t.string({
      required: false,
      description:
        'The hash of the password, in place of it: argon2id with m=19456, t=2, p=1, or as Elasticsearch stores it, by ' +
        'bcrypt or PBKDF2.',
    }),
    roles: t.stringList({ description: 'Names of roles. They need not exist yet.' }),
    fullName: t.string({ required: false, description: 'The full name.' }),
    email: t.string({ required: false, description: 'The email address.' }),
    metadata: t.field({
      type: 'JSONObject',
      required: false,
      description: 'Whatever else is to be kept of the user. Top-level keys may not begin with `_`.',
    }),
    enabled: t.boolean({ defaultValue: true, description: 'Whether the user can be authenticated.' }),
  }),
})

const UserPut = builder.objectRef<UserPutModel & { __typename: 'UserPut' }>('UserPut').implement({
  description: 'The user is stored.',
  fields: (t) => ({
    created: t.exposeBoolean('created', { description: 'Whether there was no such user before.' }),
    user: t.expose('user', { type: User, description: 'The user as stored.' }),
  }),
})

const UserDeleted = builder
  .objectRef<{ __typename: 'UserDeleted'; username: string }>('UserDeleted')
  .implement({
    description: "The user is gone. The user's profile stays.",
    fields: (t) => ({ username: t.exposeString('username', { description: 'The name of the user.' }) }),
  })

const PasswordChanged = builder
  .objectRef<{ __typename: 'PasswordChanged'; username: string }>('PasswordChanged')
  .implement({
    description: 'Only the new password counts from now on.',
    fields: (t) => ({ username: t.exposeString('username', { description: 'The name of the user.' }) }),
  })

const UserEnabledSet = builder
  .objectRef<{ __typename: 'UserEnabledSet'; username: string; enabled: boolean }>('UserEnabledSet')
  .implement({
    description: 'The user is enabled or disabled, as asked.',
    fields: (t) => ({
      username: t.exposeString('username', { description: 'The name of the user.' }),
      enabled: t.exposeBoolean('enabled', { description: 'Whether the user can be authenticated.' }),
    }),
  })

const PutUserResult = builder.unionType('PutUserResult', {
  description: 'The stored user, or why it is not stored.',
  types: [UserPut, PasswordRequired],
})
const DeleteUserResult = builder.unionType('DeleteUserResult', {
  description: 'That the user is deleted, or why not.',
  types: [UserDeleted, UserNotFound],
})
const ChangePasswordResult = builder.unionType('ChangePasswordResult', {
  description: 'That the password is changed, or why not.',
  types: [PasswordChanged, UserNotFound],
})
const SetUserEnabledResult = builder.unionType('SetUserEnabledResult', {
  description: 'That the user is enabled or disabled, or why not.',
  types: [UserEnabledSet, UserNotFound],
})

const usernameArg = { description: 'The name of the user.' }

builder.queryFields((t) => ({
  user: t.field({
    type: User,
    nullable: true,
    description: 'A user by name, or null. Needs `read_security`.',
    args: { username: t.arg.string(usernameArg) },
    resolve: async (_, { username }, { caller, useCases, answerMemory }) =>
      (await useCases.users.list(caller, [username], answerMemory.read))[0] ?? null,
  }),
  users: t.field({
    type: [User],
    description: 'Those of the named users that exist, or all, by name. Needs `read_security`.',
    args: {
      usernames: t.arg.stringList({ required: false, description: 'The names; left out: all users.' }),
    },
    resolve: (_, { usernames }, { caller, useCases, lookups, answerMemory }) =>
      lookups.list('users', usernames, (names) => useCases.users.list(caller, names, answerMemory.read)),
  }),
}))

builder.mutationFields((t) => ({
  putUser: t.field({
    type: PutUserResult,
    description: 'Creates a user or replaces it whole. Needs `manage_security`.',
    extensions: { takesCredential: true },
    args: { username: t.arg.string(usernameArg), user: t.arg({ type: UserInput, description: 'The user.' }) },
    resolve: async (_, { username, user }, { caller, useCases }) => {
      const put = await useCases.users.put(caller, {
        username,
        password: user.password ?? null,
        passwordHash: user.passwordHash ?? null,
        roles: user.roles,
        fullName: user.fullName ?? null,
        email: user.email ?? null,
        metadata: user.metadata ?? {},
        enabled: user.enabled,
      })
      return put ? { __typename: 'UserPut' as const, ...put } : passwordRequired
    },
  }),
  deleteUser: t.field({
    type: DeleteUserResult,
    description: 'Deletes a user. Needs `manage_security`.',
    args: { username: t.arg.string(usernameArg) },
    resolve: async (_, { username }, { caller, useCases }) =>
      (await useCases.users.delete(caller, username))
        ? { __typename: 'UserDeleted' as const, username }
        : notFound,
  }),
  changePassword: t.field({
    type: ChangePasswordResult,
    description: 'Gives a user a new password. Needs `manage_security`, except for the caller themselves.',
    extensions: { takesCredential: true },
    args: {
      username: t.arg.string({ required: false, description: 'The name of the user; left out: the caller.' }),
      password: t.arg.string({ required: false, description: 'The new password: 6 characters at least.' }),
      passwordHash: t.arg.string({
        required: false,
        description:
          'The hash of the password, in place of it: argon2id, or, with `manage_security`, as Elasticsearch stores it.',
      }),
    },
    resolve: async (_, { username, password, passwordHash }, { caller, useCases }) => {
      const whose = username ?? caller.username
      const newPassword = { password: password ?? null, passwordHash: passwordHash ?? null }
      return (await useCases.users.changePassword(caller, whose, newPassword))
        ? { __typename: 'PasswordChanged' as const, username: whose }
        : notFound
    },
  }),
  setUserEnabled: t.field({
    type: SetUserEnabledResult,
    description: 'Enables or disables a user other than the caller. Needs `manage_security`.',
    args: {
      username: t.arg.string(usernameArg),
      enabled: t.arg.boolean({ description: 'Whether the user can be authenticated from now on.' }),
    },
    resolve: async (_, { username, enabled }, { caller, useCases }) =>
      (await useCases.users.setEnabled(caller, username, enabled))
        ? { __typename: 'UserEnabledSet' as const, username, enabled }
        : notFound,
  }),
}))
