import { describe, expect, it } from 'vitest'
import { baseOf, uidOf } from '../../src/profile/uid.ts'
import { activationModel, versionOf, type Answer, type Call } from './activationModel.ts'
import type { ProfileBody } from './profileBody.ts'
import { linearizable } from './linearizable.ts'

type Step = readonly [Call, Answer | null]

const put = (version: number, password: string | null = 'first'): Call => ({
  kind: 'put user',
  version,
  password,
})
const activate: Call = { kind: 'activate', password: 'first' }
const get: Call = { kind: 'get profile' }
const disableProfile: Call = { kind: 'set profile enabled', enabled: false }

function profile(version: number, seqNo: number, more: Partial<ProfileBody> = {}): ProfileBody {
  return {
    uid: uidOf(baseOf('ann'), 0),
    enabled: true,
    last_synchronized: 1_000,
    user: { username: 'ann', realm_name: 'native', ...versionOf(version) },
    labels: {},
    data: {},
    _doc: { _primary_term: 1, _seq_no: seqNo },
    ...more,
  }
}

/** Whether the model takes these answers, one after another. */
function takes(unchanged: 'kept' | 'written', steps: readonly Step[]): boolean {
  const history = steps.map(([call, answer], time) => ({ call, answer, begun: time, ended: time + 0.5 }))
  return linearizable(activationModel({ username: 'ann', unchanged }), history).explained
}

describe('the model takes', () => {
  it.each<[string, ...Step[]]>([
    [
      'a first activation, and the same again',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [activate, profile(1, 0)],
    ],
    [
      'a refresh after a change',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [put(2, null), 'done'],
      [activate, profile(2, 1)],
    ],
    [
      'an old profile until an activation',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [put(2), 'done'],
      [get, profile(1, 0)],
    ],
    ['the rejection of a wrong password', [put(1, 'second'), 'created'], [activate, 'no'], [get, 'no']],
    [
      'the rejection of a disabled user',
      [put(1), 'created'],
      [{ kind: 'set user enabled', enabled: false }, 'done'],
      [activate, 'no'],
    ],
    [
      'the rejection of a deleted user',
      [put(1), 'created'],
      [{ kind: 'delete user' }, 'done'],
      [activate, 'no'],
    ],
    [
      'that an activation enables',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [disableProfile, 'done'],
      [activate, profile(1, 2)],
    ],
    [
      'that disabling twice writes once',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [disableProfile, 'done'],
      [disableProfile, 'done'],
      [get, profile(1, 1, { enabled: false })],
    ],
    [
      'a label, kept by an activation',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [{ kind: 'set label', name: 'app', value: 7 }, 'done'],
      [activate, profile(1, 1, { labels: { app: 7 } })],
    ],
    [
      'the time of an activation that nobody was told of',
      [put(1), 'created'],
      [activate, null],
      [get, profile(1, 0, { last_synchronized: 77 })],
    ],
  ])('%s', (_, ...steps) => {
    expect(takes('kept', steps)).toBe(true)
  })

  it('a version for each activation, where each must write', () => {
    const later = profile(1, 1, { last_synchronized: 1_001 })
    expect(
      takes('written', [
        [put(1), 'created'],
        [activate, profile(1, 0)],
        [activate, later],
      ]),
    ).toBe(true)
  })
})

describe('the model refuses', () => {
  const { roles } = versionOf(1)
  it.each<[string, ...Step[]]>([
    [
      'an old user after a change',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [put(2), 'done'],
      [activate, profile(1, 0)],
    ],
    [
      'an old user in a new version',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [put(2), 'done'],
      [activate, profile(1, 1)],
    ],
    [
      'a torn user block',
      [put(2), 'created'],
      [activate, profile(2, 0, { user: { ...profile(2, 0).user, roles } })],
    ],
    ['a version that nobody wrote', [put(1), 'created'], [activate, profile(1, 1)]],
    [
      'a write that keeps the version',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [put(2), 'done'],
      [activate, profile(2, 0)],
    ],
    [
      'a time that goes back',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [put(2), 'done'],
      [activate, profile(2, 1, { last_synchronized: 999 })],
    ],
    [
      'a time that moves without a write',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [activate, profile(1, 0, { last_synchronized: 1_001 })],
    ],
    ['another uid', [put(1), 'created'], [activate, profile(1, 0, { uid: uidOf(baseOf('ann'), 1) })]],
    ['a wrong password', [put(1, 'second'), 'created'], [activate, profile(1, 0)]],
    [
      'an activation of a deleted user',
      [put(1), 'created'],
      [{ kind: 'delete user' }, 'done'],
      [activate, profile(1, 0)],
    ],
    ['the rejection of a right password', [put(1), 'created'], [activate, 'no']],
    [
      'a lost label',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [{ kind: 'set label', name: 'app', value: 7 }, 'done'],
      [get, profile(1, 1)],
    ],
    [
      'a profile that stays disabled',
      [put(1), 'created'],
      [activate, profile(1, 0)],
      [disableProfile, 'done'],
      [activate, profile(1, 1, { enabled: false })],
    ],
  ])('%s', (_, ...steps) => {
    expect(takes('kept', steps)).toBe(false)
  })

  it('that an activation keeps the version, where each must write', () => {
    expect(
      takes('written', [
        [put(1), 'created'],
        [activate, profile(1, 0)],
        [activate, profile(1, 0)],
      ]),
    ).toBe(false)
  })
})
