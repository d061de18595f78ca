import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../../src/authentication/attempt.ts'
import type { Credentials } from '../../../src/authentication/credentials.ts'
import { createThrottle, type Judged } from '../../../src/authentication/throttle/throttle.ts'
import { Failure } from '../../../src/errors.ts'
import { application } from '../../profile/activating.ts'
import { callerAttempt, origin } from '../../support/attempts.ts'

const minute = 60_000

function throttled() {
  let now = 1_800_000_000_000
  let judged = 0
  let judgedAnew = 0
  const { throttle } = createThrottle({
    attempts: 8,
    attempts_per_address: 20,
    attempts_per_caller: 40,
    first_wait: 30_000,
    longest_wait: 15 * minute,
    forget_after: 10 * minute,
    shared: null,
    report: () => expect.unreachable(),
    clock: () => now,
  })
  return {
    judged: () => judged,
    judgedAnew: () => judgedAnew,
    pass: (milliseconds: number) => (now += milliseconds),
    /** `right`, `wrong`, or how long to wait, in seconds. */
    async attempt(credentials: Credentials, attempt: Attempt = from(null), judge?: () => Promise<Judged>) {
      const answer = await throttle(
        credentials,
        attempt,
        async (anew) => {
          judged += 1
          if (anew) judgedAnew += 1
          if (judge) return judge()
          await Promise.resolve()
          return credentials.kind === 'password' && credentials.password === 'right' ? 'right' : 'wrong'
        },
        (said) => said,
      )
      return typeof answer === 'string' ? answer : answer.retryAfterSeconds
    },
  }
}

function from(subjectAddress: string | null, username = application.username): Attempt {
  const caller = { ...application, username, origin: { ...origin, subjectAddress } }
  return { role: 'subject', caller }
}

function calling(address: string): Attempt {
  return { role: 'caller', origin: { ...origin, address } }
}

const wrongly = () => Promise.resolve<Judged>('wrong')
const doubtfully = () => Promise.resolve<Judged>('doubtful')

const grant = (password: string, username = 'jacknich'): Credentials => ({
  kind: 'password',
  username,
  password,
})
const guess = (n: number) => grant(`wrong ${n}`)
const token: Credentials = { kind: 'accessToken', token: 'wrong', clientSecret: null }
const times = (count: number) => Array.from({ length: count }, (_, n) => n)

async function guessed(gateway: ReturnType<typeof throttled>, count = 8, attempt = from(null)) {
  for (const n of times(count)) await gateway.attempt(guess(n), attempt)
}

describe('a name', () => {
  it('is none that a person meets who mistypes five times', async () => {
    const gateway = throttled()
    await guessed(gateway, 5)
    expect(await gateway.attempt(grant('right'))).toBe('right')
  })

  it('is kept after eight wrong attempts, the right one too, and nothing is judged', async () => {
    const gateway = throttled()
    await guessed(gateway)
    expect(await gateway.attempt(guess(9))).toBe(30)
    expect(await gateway.attempt(grant('right'))).toBe(30)
    expect(gateway.judged()).toBe(8)
  })

  it('is kept twice as long each time, up to the longest wait, and never for good', async () => {
    const gateway = throttled()
    await guessed(gateway)
    const waits: unknown[] = []
    for (const n of times(8)) {
      const wait = await gateway.attempt(guess(100 + n))
      waits.push(wait)
      gateway.pass(Number(wait) * 1_000)
      expect(await gateway.attempt(guess(200 + n))).toBe('wrong')
    }
    expect(waits.slice(0, 5)).toEqual([30, 60, 120, 240, 480])
    expect(Math.max(...waits.map(Number))).toBeLessThanOrEqual(900)
    expect(Math.min(...waits.slice(4).map(Number))).toBeGreaterThanOrEqual(240)
  })

  it('is not kept longer by what is refused', async () => {
    const gateway = throttled()
    await guessed(gateway)
    for (const n of times(100)) await gateway.attempt(guess(n))
    gateway.pass(30_000)
    expect(await gateway.attempt(grant('right'))).toBe('right')
  })

  it('is free again once its attempts are forgotten', async () => {
    const gateway = throttled()
    await guessed(gateway)
    gateway.pass(80 * minute)
    for (const n of times(8)) expect(await gateway.attempt(guess(n))).toBe('wrong')
  })

  it.each([
    ['in capitals', 'JackNich'],
    ['in full width', 'ｊａｃｋｎｉｃｈ'],
    ['with blanks around it', '  jacknich\u00A0 '],
    ['with what is not seen', 'jack\u00ADnich\u200B\uFEFF'],
    ['with accents', 'jácknich\u0301'],
  ])('has one budget however it is written: %s', async (_, written) => {
    const gateway = throttled()
    await guessed(gateway)
    expect(await gateway.attempt(grant('right', written))).toBe(30)
    expect(await gateway.attempt(grant('right', 'another'))).toBe('right')
  })

  it.each([
    ['different ones', (n: number) => guess(n)],
    ['equal ones', () => guess(0)],
  ])('counts a thousand guesses at once as a thousand: %s', async (_, guessOf) => {
    const gateway = throttled()
    const answers = await Promise.all(times(1_000).map((n) => gateway.attempt(guessOf(n))))
    expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(8)
    expect(gateway.judged()).toBe(8)
  })

  it('lets none wait behind those that nobody can judge: all fail at once, and none counts', async () => {
    const gateway = throttled()
    const { promise: broken, reject } = Promise.withResolvers<Judged>()
    const tried = times(100).map((n) => gateway.attempt(guess(n), from(null), () => broken))
    const cause = new Failure('UNAVAILABLE', 'the database does not answer')
    reject(cause)
    const answers = await Promise.allSettled(tried)
    expect(new Set(answers.map((one) => one.status === 'rejected' && (one.reason as unknown)))).toEqual(
      new Set([cause]),
    )
    expect(gateway.judged()).toBe(8)
    await guessed(gateway, 7)
    expect(await gateway.attempt(grant('right'))).toBe('right')
  })

  it.each([
    ['could not be judged by mistake', new Error('broken')],
    ['found no place', new Failure('UNAVAILABLE', 'too many', { retryAfterSeconds: 1 })],
  ])('has others judged where some %s', async (_, cause) => {
    const gateway = throttled()
    const broken = times(8).map((n) => gateway.attempt(guess(n), from(null), () => Promise.reject(cause)))
    const right = gateway.attempt(grant('right'))
    await Promise.allSettled(broken)
    expect(await right).toBe('right')
  })

  it('is kept by what some have refused and others could not judge, and whoever waits behind is judged', async () => {
    const gateway = throttled()
    const { promise: verdict, resolve } = Promise.withResolvers<Judged>()
    const first = times(7).map((n) => gateway.attempt(guess(n), from(null), () => verdict))
    const later = times(20).map((n) => gateway.attempt(guess(100 + n), from(null), doubtfully))
    resolve('doubtful')
    expect(new Set(await Promise.all(first))).toEqual(new Set(['doubtful']))
    expect(await Promise.all(later)).toEqual(times(20).map((n) => (n === 0 ? 'doubtful' : 30)))
    expect(gateway.judged()).toBe(8)
    expect(await gateway.attempt(grant('right'))).toBe(30)
    expect(await gateway.attempt(grant('right', 'another'))).toBe('right')
  })

  it('has so many wait for a verdict, and no more', async () => {
    const gateway = throttled()
    const { promise: verdict, resolve } = Promise.withResolvers<Judged>()
    const judging = times(8).map((n) => gateway.attempt(guess(n), from(null), () => verdict))
    const waiting = times(1_000).map((n) => gateway.attempt(guess(100 + n)))
    const beyond = { code: 'UNAVAILABLE', retryAfterSeconds: 1 }
    for (const n of times(3)) await expect(gateway.attempt(guess(n))).rejects.toMatchObject(beyond)
    resolve('right')
    await Promise.all(judging)
    expect((await Promise.all(waiting)).filter((answer) => answer === 'wrong')).toHaveLength(8)
  })

  it('has nobody wait for longer than ten seconds', async () => {
    const gateway = throttled()
    const { promise: verdict, resolve } = Promise.withResolvers<Judged>()
    const judging = times(8).map((n) => gateway.attempt(guess(n), from(null), () => verdict))
    const early = [gateway.attempt(guess(1)), gateway.attempt(guess(2))]
    gateway.pass(1)
    const late = gateway.attempt(grant('right'))
    gateway.pass(9_999)
    resolve('right')
    await Promise.all(judging)
    for (const one of early)
      await expect(one).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 1 })
    expect(await late).toBe('right')
  })

  it('has nobody wait who has waited since before the clock was put back', async () => {
    const gateway = throttled()
    const { promise: verdict, resolve } = Promise.withResolvers<Judged>()
    const judging = times(8).map((n) => gateway.attempt(guess(n), from(null), () => verdict))
    const early = gateway.attempt(grant('right'))
    gateway.pass(-60 * minute)
    const late = gateway.attempt(grant('right'))
    resolve('right')
    await Promise.all(judging)
    await expect(early).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 1 })
    expect(await late).toBe('right')
  })

  it('lets a thousand right ones in at once, and counts none', async () => {
    const gateway = throttled()
    const answers = await Promise.all(times(1_000).map(() => gateway.attempt(grant('right'))))
    expect(new Set(answers)).toEqual(new Set(['right']))
    await guessed(gateway, 7)
    expect(await gateway.attempt(grant('right'))).toBe('right')
  })

  it('does not count what could not be judged', async () => {
    const gateway = throttled()
    for (const n of times(20)) {
      const broken = () => Promise.reject(new Error('broken'))
      await expect(gateway.attempt(guess(n), from(null), broken)).rejects.toThrow('broken')
    }
    expect(await gateway.attempt(grant('right'))).toBe('right')
  })
})

describe('an address that is stated', () => {
  it('keeps a user who has logged in from there, whatever is tried elsewhere', async () => {
    const gateway = throttled()
    expect(await gateway.attempt(grant('right'), from('192.0.2.1'))).toBe('right')
    await guessed(gateway, 8, from('198.51.100.1'))
    await guessed(gateway, 8)
    expect(await gateway.attempt(grant('right'), from('198.51.100.2'))).toBe(30)
    expect(await gateway.attempt(grant('right'), from('192.0.2.1'))).toBe('right')
  })

  it('knows nobody by the login of another, though their names are written alike', async () => {
    for (const attemptFrom of [from, calling] as const) {
      const gateway = throttled()
      for (const n of times(4)) {
        const attempt = attemptFrom(`192.0.2.${n}`)
        expect(await gateway.attempt(grant('right', 'JackNich'), attempt)).toBe('right')
        for (const more of times(2)) expect(await gateway.attempt(guess(2 * n + more), attempt)).toBe('wrong')
      }
      expect(await gateway.attempt(guess(9), attemptFrom('192.0.2.1'))).toBe(30)
    }
  })

  it('has eight attempts at a name itself, even of such a user', async () => {
    const gateway = throttled()
    await gateway.attempt(grant('right'), from('192.0.2.1'))
    await guessed(gateway, 8, from('192.0.2.1'))
    expect(await gateway.attempt(grant('right'), from('192.0.2.1'))).toBe(30)
  })

  it.each([
    ['names', (n: number) => grant('wrong', `user-${n}`)],
    ['tokens', () => token],
  ])('has so many attempts for all %s together', async (_, credentialsOf) => {
    const gateway = throttled()
    for (const n of times(20))
      expect(await gateway.attempt(credentialsOf(n), from('2001:db8::1'))).toBe('wrong')
    expect(await gateway.attempt(credentialsOf(99), from('2001:db8:0:0:ffff::2'))).toBe(30)
    expect(await gateway.attempt(credentialsOf(99), from('2001:db8:0:1::1'))).toBe('wrong')
  })
})

describe('a password that waits behind tokens from its address', () => {
  it('is judged, though nobody can judge those', async () => {
    const gateway = throttled()
    const { promise: broken, reject } = Promise.withResolvers<Judged>()
    const keyless = times(20).map((n) =>
      gateway.attempt(
        { kind: 'accessToken', token: `${n}`, clientSecret: null },
        from('192.0.2.1'),
        () => broken,
      ),
    )
    const right = gateway.attempt(grant('right'), from('192.0.2.1'))
    reject(new Failure('UNAVAILABLE', 'a realm has no keys'))
    const ends = await Promise.allSettled(keyless)
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['rejected']))
    expect(await right).toBe('right')
  })
})

describe('an application that has grants judged', () => {
  it('has so many wrong ones of all names together, and no other one pays for it', async () => {
    const gateway = throttled()
    for (const n of times(40)) await gateway.attempt(grant('wrong', `user-${n}`))
    expect(await gateway.attempt(grant('right'))).toBe(30)
    expect(await gateway.attempt(grant('right'), from(null, 'another'))).toBe('right')
  })

  it('never meets it while one of eleven is wrong, and does once there are more', async () => {
    const gateway = throttled()
    for (const n of times(400)) {
      for (const m of times(10)) expect(await gateway.attempt(grant('right', `user-${n}-${m}`))).toBe('right')
      expect(await gateway.attempt(grant('wrong', `user-${n}`))).toBe('wrong')
    }
    for (const n of times(39)) expect(await gateway.attempt(grant('wrong', `name-${n}`))).toBe('wrong')
    expect(await gateway.attempt(grant('wrong', 'one too many'))).toBe(30)
  })

  it('is let go on at the rate at which wrong ones are forgotten, as is said', async () => {
    const gateway = throttled()
    for (const n of times(40)) await gateway.attempt(grant('wrong', `user-${n}`))
    gateway.pass(30_000)
    expect(await gateway.attempt(grant('wrong', 'another'))).toBe('wrong')
    for (const n of times(20)) {
      const wait = await gateway.attempt(grant('wrong', `more-${n}`))
      expect(wait).toBeLessThanOrEqual(120)
      gateway.pass(Number(wait) * 1_000)
      expect(await gateway.attempt(grant('wrong', `more-${n}`))).toBe('wrong')
    }
  })

  it('does not pay for what some have refused and others could not judge, nor does an address', async () => {
    const gateway = throttled()
    for (const attempt of [from('192.0.2.1'), calling('192.0.2.1')]) {
      for (const n of times(100)) {
        expect(await gateway.attempt(grant('wrong', `user-${n}`), attempt, doubtfully)).toBe('doubtful')
      }
      expect(await gateway.attempt(grant('right'), attempt)).toBe('right')
      for (const n of times(7)) await gateway.attempt(grant(`wrong ${n}`, 'user-0'), attempt, doubtfully)
      expect(await gateway.attempt(grant('right', 'user-0'), attempt)).toBe(30)
    }
  })

  it('can have tokens tried without end, where no address is stated', async () => {
    const gateway = throttled()
    const answers = await Promise.all(times(200).map(() => gateway.attempt(token)))
    expect(new Set(answers)).toEqual(new Set(['wrong']))
  })
})

describe('a caller that sends a password', () => {
  it('waits after eight wrong ones, as does whoever is right', async () => {
    const gateway = throttled()
    await guessed(gateway, 8, calling('192.0.2.1'))
    expect(await gateway.attempt(grant('right'), calling('198.51.100.1'))).toBe(30)
    expect(gateway.judged()).toBe(8)
  })

  it('is kept in by no guesser elsewhere where it has logged in, and waits for those from there', async () => {
    const gateway = throttled()
    await gateway.attempt(grant('right'), calling('192.0.2.1'))
    await guessed(gateway, 8, calling('198.51.100.1'))
    expect(await gateway.attempt(grant('right'), calling('198.51.100.2'))).toBe(30)
    expect(await gateway.attempt(grant('right'), calling('192.0.2.1'))).toBe('right')
    await guessed(gateway, 8, calling('192.0.2.1'))
    expect(await gateway.attempt(grant('right'), calling('192.0.2.1'))).toBe(30)
  })

  it('has so many wrong ones of all names together from one address', async () => {
    const gateway = throttled()
    await gateway.attempt(grant('right', 'known'), calling('192.0.2.1'))
    for (const n of times(20)) await gateway.attempt(grant('wrong', `app-${n}`), calling('192.0.2.1'))
    expect(await gateway.attempt(grant('right'), calling('192.0.2.1'))).toBe(30)
    expect(await gateway.attempt(grant('right', 'known'), calling('192.0.2.1'))).toBe('right')
    expect(await gateway.attempt(grant('right'), calling('192.0.2.2'))).toBe('right')
  })

  it('stays known for as long as it goes on, however little it pauses', async () => {
    const gateway = throttled()
    for (let time = 0; time < 8 * 1_440 * minute; time += 20_000) {
      await gateway.attempt(grant('right'), calling('192.0.2.1'))
      gateway.pass(20_000)
    }
    await guessed(gateway, 8, calling('198.51.100.1'))
    expect(await gateway.attempt(grant('right'), calling('192.0.2.1'))).toBe('right')
  })

  it('is counted apart from the subject of that name and address', async () => {
    const gateway = throttled()
    await guessed(gateway, 8, calling('192.0.2.1'))
    expect(await gateway.attempt(grant('right'), from('192.0.2.1'))).toBe('right')
    await guessed(gateway, 8, from('198.51.100.1'))
    expect(await gateway.attempt(grant('right'), from(null))).toBe(30)
    expect(await gateway.attempt(grant('right', 'another'), calling('198.51.100.1'))).toBe('right')
  })
})

describe('a caller that sends a token or an API key', () => {
  it.each<[string, Credentials]>([
    ['a token', token],
    ['an API key', { kind: 'apiKey', id: 'id', key: 'wrong' }],
  ])('is never counted: %s', async (_, credentials) => {
    const gateway = throttled()
    for (const n of times(200)) {
      await gateway.attempt(guess(n), callerAttempt)
      expect(await gateway.attempt(credentials, callerAttempt)).toBe('wrong')
    }
  })
})

describe('passwords that nobody could judge', () => {
  const fails = async (
    gateway: ReturnType<typeof throttled>,
    credentials: Credentials,
    attempt = from(null),
    cause: Error = new Failure('UNAVAILABLE', 'too many', { retryAfterSeconds: 1 }),
  ) => expect(gateway.attempt(credentials, attempt, () => Promise.reject(cause))).rejects.toBe(cause)
  const isJudgedAnew = async (gateway: ReturnType<typeof throttled>, attempt = from(null)) => {
    const before = gateway.judgedAnew()
    expect(await gateway.attempt(grant('right'), attempt)).toBe('right')
    return gateway.judgedAnew() > before
  }

  it.each([
    ['had no place', new Failure('UNAVAILABLE', 'too many', { retryAfterSeconds: 1 })],
    ['were for a server that is away', new Failure('UNAVAILABLE', 'it does not answer')],
  ])(
    'and %s have others of their name judged anew, after eight that differ, and keep nobody out',
    async (_, cause) => {
      const gateway = throttled()
      await gateway.attempt(grant('right'))
      for (const n of times(7)) await fails(gateway, guess(n), from(null), cause)
      for (const n of times(40)) await fails(gateway, guess(n % 7), from(null), cause)
      expect(await isJudgedAnew(gateway)).toBe(false)
      await fails(gateway, guess(7), from(null), cause)
      expect(await isJudgedAnew(gateway)).toBe(true)
      expect(await gateway.attempt(grant('right', 'another'))).toBe('right')
      expect(gateway.judgedAnew()).toBe(1)
      gateway.pass(80 * minute)
      expect(await isJudgedAnew(gateway)).toBe(false)
    },
  )

  it('are those of strangers where somebody is known, and count from there alone', async () => {
    const gateway = throttled()
    const home = calling('192.0.2.1')
    await gateway.attempt(grant('right'), home)
    for (const n of times(100)) await fails(gateway, guess(n), calling(`198.51.100.${n}`))
    expect(await isJudgedAnew(gateway, home)).toBe(false)
    for (const n of times(8)) await fails(gateway, guess(n), home)
    expect(await isJudgedAnew(gateway, home)).toBe(true)
  })

  it('are not those that failed by a mistake of ours', async () => {
    const gateway = throttled()
    for (const n of times(40)) await fails(gateway, guess(n), from(null), new Error('broken'))
    expect(await isJudgedAnew(gateway)).toBe(false)
  })
})

describe('those who are right', () => {
  it('are never refused for being many at once: one address, one application, different names', async () => {
    const gateway = throttled()
    for (const attempt of [from('192.0.2.1'), calling('192.0.2.1')]) {
      const answers = await Promise.all(
        times(200).map((n) => gateway.attempt(grant('right', `u${n}`), attempt)),
      )
      expect(new Set(answers)).toEqual(new Set(['right']))
    }
  })

  it('wait for the verdict of others where those could keep them out', async () => {
    const gateway = throttled()
    const verdict = Promise.withResolvers<Judged>()
    const guesses = times(8).map((n) => gateway.attempt(guess(n), from(null), () => verdict.promise))
    const right = gateway.attempt(grant('right'))
    await setImmediate()
    expect(gateway.judged()).toBe(8)
    verdict.resolve('wrong')
    await Promise.all(guesses)
    expect(await right).toBe(30)
  })

  it('wait for nobody while what they send is remembered, except at their own name, and no longer', async () => {
    const gateway = throttled()
    const address = from('192.0.2.1')
    await gateway.attempt(grant('right', 'another'), address)
    const verdict = Promise.withResolvers<Judged>()
    const guesses = times(20).map((n) =>
      gateway.attempt(grant('wrong', `user-${n}`), address, () => verdict.promise),
    )
    expect(await gateway.attempt(grant('right', 'another'), address)).toBe('right')
    gateway.pass(604_800_000)
    const right = gateway.attempt(grant('right', 'another'), address)
    await setImmediate()
    expect(gateway.judged()).toBe(22)
    verdict.resolve('right')
    await Promise.all(guesses)
    expect(await right).toBe('right')
  })

  it('are not told from guessers at once by what is remembered', async () => {
    const gateway = throttled()
    await gateway.attempt(grant('right'))
    const verdict = Promise.withResolvers<Judged>()
    const guesses = times(1_000).map((n) =>
      n === 500
        ? gateway.attempt(grant('right'))
        : gateway.attempt(guess(n), from(null), () => verdict.promise),
    )
    await setImmediate()
    expect(gateway.judged()).toBe(9)
    verdict.resolve('wrong')
    const answers = await Promise.all(guesses)
    expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(8)
    expect(answers[500]).toBe(30)
  })

  it('are not told from guessers while a name is kept, though what they send is remembered', async () => {
    const gateway = throttled()
    await gateway.attempt(grant('right'))
    await guessed(gateway)
    expect(await gateway.attempt(grant('right'))).toBe(30)
  })

  it('are remembered no longer once they are wrong', async () => {
    const gateway = throttled()
    await gateway.attempt(grant('right'))
    for (let n = 0; n < 9; n++) await gateway.attempt(grant('right'), from(null), wrongly)
    expect(await gateway.attempt(grant('right'))).toBe(30)
  })
})
