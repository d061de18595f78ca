import { isDeepStrictEqual } from 'node:util'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import type { Model } from './linearizable.ts'
import type { ProfileBody } from './profileBody.ts'

/** What one user is asked to be, and what is asked of that user's profile. */
export type Call =
  /** A user of this version, see `versionOf`; enabled. Without a password it keeps the one it has. */
  | { readonly kind: 'put user'; readonly version: number; readonly password: string | null }
  | { readonly kind: 'delete user' }
  | { readonly kind: 'change password'; readonly password: string }
  | { readonly kind: 'set user enabled'; readonly enabled: boolean }
  | { readonly kind: 'activate'; readonly password: string }
  | { readonly kind: 'set profile enabled'; readonly enabled: boolean }
  | { readonly kind: 'set label'; readonly name: string; readonly value: number }
  | { readonly kind: 'get profile' }

/** `no`: there is no such user or profile, or the grant was rejected. */
export type Answer = ProfileBody | 'created' | 'done' | 'no'

interface State {
  readonly user: { readonly version: number; readonly enabled: boolean; readonly password: string } | null
  readonly profile: StoredProfile | null
}

interface StoredProfile {
  /** Of the user block. */
  readonly version: number
  readonly enabled: boolean
  readonly labels: Readonly<Record<string, number>>
  readonly seqNo: number
  /** Null: nobody has seen it yet, but it is not before `notBefore`. */
  readonly lastSynchronized: number | null
  readonly notBefore: number
}

interface Options {
  username: string
  /** Whether an activation that changes nothing writes nothing: always or never, for the model knows no clock. */
  unchanged: 'kept' | 'written'
}

/** All that a user of a version is beside its name and its password: every part tells the version. */
export function versionOf(version: number) {
  const roles = [`role-${version % 3}`, `role-of-${version}`, 'reader'].slice(0, 1 + (version % 3))
  return { roles, email: `${version}@example.com`, full_name: `Version ${version}` }
}

/** How the gateway answers what is asked of one user, who does not exist yet, and of that user's profile. */
export function activationModel({ username, unchanged }: Options): Model<State, Call, Answer> {
  const uid = uidOf(baseOf(username), 0)
  return {
    initial: { user: null, profile: null },
    step,
    isRead: (call, answer) => call.kind === 'get profile' || answer === 'no',
  }

  function step(state: State, call: Call, answer: Answer | null): State | null {
    if (call.kind === 'activate') return activated(state, call.password, answer)
    if (call.kind === 'get profile') return seen(state, answer)
    const [next, expected] = changed(state, call)
    return answer === null || answer === expected ? next : null
  }

  function changed({ user, profile }: State, call: Change): [State, Answer] {
    const missing: [State, Answer] = [{ user, profile }, 'no']
    switch (call.kind) {
      case 'put user': {
        const password = call.password ?? user?.password
        if (password === undefined) return missing
        const put = { version: call.version, enabled: true, password }
        return [{ user: put, profile }, user ? 'done' : 'created']
      }
      case 'delete user':
        return user ? [{ user: null, profile }, 'done'] : missing
      case 'change password':
        return user ? [{ user: { ...user, password: call.password }, profile }, 'done'] : missing
      case 'set user enabled':
        return user ? [{ user: { ...user, enabled: call.enabled }, profile }, 'done'] : missing
      case 'set profile enabled': {
        if (!profile) return missing
        const same = profile.enabled === call.enabled
        return [{ user, profile: same ? profile : written({ ...profile, enabled: call.enabled }) }, 'done']
      }
      case 'set label': {
        if (!profile) return missing
        const same = profile.labels[call.name] === call.value
        const labels = sortedByName({ ...profile.labels, [call.name]: call.value })
        return [{ user, profile: same ? profile : written({ ...profile, labels }) }, 'done']
      }
    }
  }

  function activated({ user, profile }: State, password: string, answer: Answer | null): State | null {
    if (!user?.enabled || user.password !== password) {
      return answer === null || answer === 'no' ? { user, profile } : null
    }
    const isCurrent = profile?.enabled === true && profile.version === user.version
    if (isCurrent && unchanged === 'kept') return seen({ user, profile }, answer)
    return seen({ user, profile: synchronized(profile, user.version) }, answer)
  }

  function synchronized(profile: StoredProfile | null, version: number): StoredProfile {
    if (!profile)
      return { version, enabled: true, labels: {}, seqNo: 0, lastSynchronized: null, notBefore: 0 }
    const notBefore = profile.lastSynchronized ?? profile.notBefore
    return written({ ...profile, version, enabled: true, lastSynchronized: null, notBefore })
  }

  /** The same, if this is how the profile is; its time is known then. */
  function seen({ user, profile }: State, answer: Answer | null): State | null {
    if (answer === null) return { user, profile }
    if (typeof answer === 'string') return answer === 'no' && !profile ? { user, profile } : null
    if (!profile) return null
    const { last_synchronized: time } = answer
    const { lastSynchronized, notBefore } = profile
    if (lastSynchronized === null ? time < notBefore : time !== lastSynchronized) return null
    if (!isDeepStrictEqual(answer, bodyOf(profile, time))) return null
    return { user, profile: { ...profile, lastSynchronized: time, notBefore: time } }
  }

  function bodyOf({ version, enabled, labels, seqNo }: StoredProfile, time: number): ProfileBody {
    return {
      uid,
      enabled,
      last_synchronized: time,
      user: { username, realm_name: 'native', ...versionOf(version) },
      labels,
      data: {},
      _doc: { _primary_term: 1, _seq_no: seqNo },
    }
  }
}

type Change = Exclude<Call, { readonly kind: 'activate' | 'get profile' }>

function written(profile: StoredProfile): StoredProfile {
  return { ...profile, seqNo: profile.seqNo + 1 }
}

/** So that equal labels print equally. */
function sortedByName(labels: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)))
}
