import type { GrantRejected } from '../authentication/grantRejected.ts'
import type { Caller } from '../authentication/subject.ts'
import type { Token } from '../authentication/tokens/issue.ts'
import type { RefreshRejected } from '../authentication/tokens/refresh.ts'
import type { TooManyAttempts } from '../authentication/throttle/tooManyAttempts.ts'
import type { UseCases } from '../graphql/builder.ts'
import type { Profile } from '../profile/profile.ts'
import type { AuditUser } from './auditLine.ts'

/** What a line says of what a use case was asked for, or has answered. Undefined is left out. */
export interface Details {
  /** The user it is about. */
  readonly user?: AuditUser['target']
  /** Of an answer: it is a no, and that is why. */
  readonly reason?: string
  readonly [field: string]: unknown
}

/** How a use case is recorded that a line is written of: before a change of security data too, or only when it is over. */
export interface DoneEvent<Asked extends readonly unknown[], Answer> {
  readonly kind: 'change' | 'use'
  readonly action: string | ((...asked: Asked) => string)
  readonly category: readonly string[]
  readonly type: readonly string[]
  /**
   * Whether only who has a privilege beyond what is its own gets an answer: then what the request states of an end
   * user's address is believed. Without it nobody is.
   */
  readonly takesPrivilege?: boolean | ((caller: Caller, ...asked: Asked) => boolean)
  readonly asked?: (...asked: Asked) => Details
  /** What the answer tells; a text: it is a no, that is why, and it tells nothing else. */
  readonly answered?: (answer: Answer) => Details | string
}

/** How a use case is recorded that changes nothing: only if the caller may not do it. */
export interface ReadEvent {
  readonly kind: 'read'
  readonly action: string
  readonly category: readonly string[]
  readonly type: readonly string[]
}

type EventOf<UseCase> = UseCase extends (caller: never, ...asked: infer Asked) => Promise<infer Answer>
  ? DoneEvent<Asked, Answer> | ReadEvent
  : never

type EventsOf<Group> = { readonly [Name in keyof Group]: EventOf<Group[Name]> }

type Grouped = 'profiles' | 'users' | 'tokens' | 'apiKeys' | 'roles' | 'roleMappings'

/** One for every use case: without it nothing compiles. */
export type UseCaseEvents = EventsOf<Omit<UseCases, Grouped | 'server'>> & {
  readonly [Group in Grouped]: EventsOf<UseCases[Group]>
}

const changes = { kind: 'change', category: ['iam'], takesPrivilege: true } as const
const changesUsers = { ...changes, type: ['user', 'change'] } as const
const changesOthers = { ...changes, type: ['admin', 'change'] } as const
const reads = (action: string) => ({ kind: 'read', action, category: ['iam'], type: ['info'] }) as const

/** Every use case. No line has what proves anybody, or a text that a client has made up to be an answer. */
export const useCaseEvents: UseCaseEvents = {
  activate: {
    kind: 'use',
    action: 'profile-activate',
    category: ['iam'],
    type: ['user', 'change'],
    takesPrivilege: true,
    asked: ({ kind }) => ({ grant_type: grantTypes[kind] }),
    answered: (answer) => ('uid' in answer ? ofProfile(answer) : rejection(answer)),
  },
  activateMine: {
    kind: 'use',
    action: 'profile-activate-own',
    category: ['iam'],
    type: ['user', 'change'],
    answered(answer) {
      if ('uid' in answer) return ofProfile(answer)
      return answer.kind === 'ProfileDisabled' ? 'PROFILE_DISABLED' : 'TOO_MANY_ATTEMPTS'
    },
  },
  updateData: {
    kind: 'use',
    action: 'profile-data-update',
    category: ['iam'],
    type: ['user', 'change'],
    takesPrivilege: true,
    asked: ({ uid }) => ({ uid }),
    answered: (answer) => ('uid' in answer ? {} : dataRefusals[answer.kind]),
  },
  setProfileEnabled: {
    ...changesUsers,
    action: (_, enabled) => (enabled ? 'profile-enable' : 'profile-disable'),
    asked: (uid) => ({ uid }),
    answered: (profile) => (profile ? { user: { name: profile.user.username } } : notFound),
  },
  profiles: {
    authorizeRead: reads('profile-get'),
    find: reads('profile-get'),
    mine: reads('profile-get-own'),
    data: reads('profile-data-get'),
    labels: reads('profile-get'),
  },
  users: {
    put: {
      ...changesUsers,
      action: 'user-put',
      asked: ({ username, roles, enabled, password, passwordHash }) => ({
        user: { name: username, roles },
        target: { enabled, password: (password ?? passwordHash) === null ? 'kept' : 'replaced' },
      }),
      answered: (put) => (put ? {} : 'PASSWORD_REQUIRED'),
    },
    delete: {
      ...changesUsers,
      type: ['user', 'deletion'],
      action: 'user-delete',
      asked: (username) => ({ user: { name: username } }),
      answered: found,
    },
    changePassword: {
      ...changesUsers,
      action: 'user-change-password',
      // One's own takes none.
      takesPrivilege: (caller, username) => caller.username !== username,
      asked: (username) => ({ user: { name: username } }),
      answered: found,
    },
    setEnabled: {
      ...changesUsers,
      action: (_, enabled) => (enabled ? 'user-enable' : 'user-disable'),
      asked: (username) => ({ user: { name: username } }),
      answered: found,
    },
    list: reads('user-get'),
  },
  tokens: {
    create: {
      kind: 'change',
      action: 'token-create',
      category: ['session'],
      type: ['start'],
      takesPrivilege: true,
      asked: ({ kind }) => ({ grant_type: grantTypes[kind] }),
      answered: (answer) => (answer.kind === 'Token' ? ofToken(answer) : rejection(answer)),
    },
    refresh: {
      kind: 'change',
      action: 'token-refresh',
      category: ['session'],
      type: ['info'],
      takesPrivilege: true,
      answered: (answer) => (answer.kind === 'Token' ? ofToken(answer) : ofRejected(answer)),
    },
    invalidate: {
      kind: 'change',
      action: 'token-invalidate',
      category: ['session'],
      type: ['end'],
      takesPrivilege: true,
      asked: ({ username, realmName }) => ({
        user: username === null ? undefined : { name: username },
        target: realmName === null ? undefined : { realm: realmName },
      }),
      answered: ({ invalidated }) => ({ invalidated }),
    },
  },
  apiKeys: {
    create: {
      ...changesOthers,
      type: ['admin', 'creation'],
      action: 'api-key-create',
      takesPrivilege: false,
      asked: ({ name }) => ({ target: { name } }),
      answered: ({ id, name }) => ({ target: { id, name } }),
    },
    get: reads('api-key-get'),
    query: reads('api-key-query'),
    invalidate: {
      ...changesOthers,
      type: ['admin', 'deletion'],
      action: 'api-key-invalidate',
      takesPrivilege: false,
      asked: ({ ids, name, username, realmName, owned }) => ({
        user: username === null ? undefined : { name: username },
        target: {
          id: ids?.filter(canBeKeyId),
          name: name ?? undefined,
          realm: realmName ?? undefined,
          owned,
        },
      }),
      answered: ({ invalidated }) => ({ target: { id: invalidated }, invalidated: invalidated.length }),
    },
  },
  explainGrant: {
    kind: 'use',
    action: 'grant-explain',
    category: ['authentication'],
    type: ['info'],
    takesPrivilege: true,
    asked: () => ({ grant_type: grantTypes.accessToken }),
    answered: ({ outcome }) => ({ explained: outcome }),
  },
  readMetrics: reads('metrics-get'),
  roles: {
    put: {
      ...changesOthers,
      action: 'role-put',
      asked: ({ name, cluster, global }) => ({ target: { name, cluster, global: jsonOf(global) } }),
    },
    delete: {
      ...changesOthers,
      type: ['admin', 'deletion'],
      action: 'role-delete',
      asked: (name) => ({ target: { name } }),
      answered: found,
    },
    list: reads('role-get'),
  },
  roleMappings: {
    put: {
      ...changesOthers,
      action: 'role-mapping-put',
      asked: ({ name, enabled, roles, roleTemplates, rules }) => ({
        target: {
          ...{ name, enabled, roles, rules: jsonOf(rules) },
          role_templates: roleTemplates.map(({ source }) => source),
        },
      }),
    },
    delete: {
      ...changesOthers,
      type: ['admin', 'deletion'],
      action: 'role-mapping-delete',
      asked: (name) => ({ target: { name } }),
      answered: found,
    },
    list: reads('role-mapping-get'),
  },
}

const grantTypes = {
  password: 'password',
  accessToken: 'access_token',
  clientCredentials: 'client_credentials',
} as const

const dataRefusals = {
  ProfileNotFound: 'NOT_FOUND',
  VersionConflict: 'VERSION_CONFLICT',
  ProfileTooLarge: 'TOO_LARGE',
} as const

const notFound = 'NOT_FOUND'

/** As one text: names that a client has chosen are none of a line's. */
function jsonOf(value: object | null): string | undefined {
  return value ? JSON.stringify(value) : undefined
}

/** Whoever wants a key to end may well send its secret, which is longer than an id. */
function canBeKeyId({ length }: string): boolean {
  return length <= 20
}

function found(isFound: boolean): Details | string {
  return isFound ? {} : notFound
}

function rejection(answer: GrantRejected | TooManyAttempts): string {
  return answer.kind === 'GrantRejected' ? answer.reason : 'TOO_MANY_ATTEMPTS'
}

function ofProfile({ uid, user: { username, roles, realm } }: Profile): Details {
  return { uid, user: { name: username, roles }, target: { realm: { name: realm.name, type: realm.type } } }
}

function ofToken({ authentication: { username, realm } }: Token): Details {
  return { user: { name: username }, target: { realm: { name: realm.name, type: realm.type } } }
}

/** What is said of refresh tokens is always one of a few texts. */
function ofRejected({ message: reason, subject, ended }: RefreshRejected): Details {
  if (!subject) return { reason }
  const { username: name, realmName, realmType: type } = subject
  const target = { realm: { name: realmName, type } }
  return { reason, user: { name }, target, invalidated: ended?.invalidated }
}
