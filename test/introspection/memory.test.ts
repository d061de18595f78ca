import { describe, expect, it } from 'vitest'
import { now, realmAlone } from './realmAlone.ts'
import { good, saying, type Question } from './server.ts'

const seconds = now / 1_000

/** A realm whose server takes every token for active, and which tells whether it had to ask for that. */
async function watched(changes: Record<string, string | null> = {}, said: object = {}) {
  const realm = await realmAlone(changes)
  const { server } = realm
  server.answer = saying({ ...good, ...said })
  return {
    ...realm,
    ask: async (token = 'token') => {
      const before = server.questions.length
      const answer = await realm.ask(token)
      return `${answer?.kind ?? 'not mine'}, ${server.questions.length > before ? 'asked' : 'remembered'}`
    },
  }
}

describe('what a realm remembers of an active token', () => {
  it('spares the next question for a minute', async () => {
    const { ask, advance } = await watched()
    expect(await ask()).toBe('proven, asked')
    expect(await ask()).toBe('proven, remembered')
    advance(59_999)
    expect(await ask()).toBe('proven, remembered')
    advance(1)
    expect(await ask()).toBe('proven, asked')
  })

  it('is forgotten a while after it was asked for, however long the answer took', async () => {
    const { ask, advance, server } = await watched({ 'cache.ttl': '10s' })
    server.answer = (response, question: Question) => {
      advance(6_000)
      saying(good)(response, question)
    }
    expect(await ask()).toBe('proven, asked')
    advance(3_999)
    expect(await ask()).toBe('proven, remembered')
    advance(1)
    expect(await ask()).toBe('proven, asked')
  })

  it('ends with exp, after which the server is asked again', async () => {
    const { ask, advance, server } = await watched({}, { exp: seconds + 5 })
    expect(await ask()).toBe('proven, asked')
    advance(4_999)
    expect(await ask()).toBe('proven, remembered')
    advance(1)
    expect(await ask()).toBe('proven, asked')
    server.answer = saying({ active: false })
    expect(await ask()).toBe('refused, asked')
  })

  it.each([{ 'cache.ttl': '0' }, { 'cache.size': '0' }])('is nothing with %j', async (changes) => {
    const { ask } = await watched(changes)
    for (const time of ['first', 'second', 'third']) expect(await ask(), time).toBe('proven, asked')
  })

  it('is nothing of a token that was refused, or of which nothing could be learned', async () => {
    const { ask, server } = await watched()
    for (const said of [{ active: false }, { ...good, aud: 'other' }]) {
      server.answer = saying(said)
      expect(await ask()).toBe('refused, asked')
    }
    server.answer = saying({}, 403)
    await expect(ask()).rejects.toThrow('a realm cannot learn now whose its tokens are, try again later')
    server.answer = saying(good)
    expect(await ask()).toBe('proven, asked')
  })

  it('is used while the server is gone', async () => {
    const { ask, server } = await watched()
    await ask()
    server.answer = (response) => response.destroy()
    expect(await ask()).toBe('proven, remembered')
  })

  it('is at most as many tokens as it is set, of which the one longest unused goes first', async () => {
    const { ask } = await watched({ 'cache.size': '2' })
    for (const one of ['one', 'two', 'one', 'three']) await ask(one)
    expect(await ask('one')).toBe('proven, remembered')
    expect(await ask('three')).toBe('proven, remembered')
    expect(await ask('two')).toBe('proven, asked')
  })

  it.each([
    ['in one text', 110, { more: 'x'.repeat(1_000_000) }],
    // Each item is counted with what it takes beside its text, as a group and as metadata.
    ['in a long list', 13, { roles: Array.from({ length: 95_000 }, () => 'a') }],
  ])('is at most about 96 MiB, however much the server says: %s', async (_, count, said) => {
    const { ask } = await watched({}, said)
    for (let index = 0; index < count; index++) await ask(`token-${index}`)
    expect(await ask(`token-${count - 1}`)).toBe('proven, remembered')
    expect(await ask('token-0')).toBe('proven, asked')
  })

  it('is for no other token', async () => {
    const { ask } = await watched()
    await ask('token')
    for (const other of ['Token', 'token=', 'toke']) expect(await ask(other)).toBe('proven, asked')
  })
})

describe('a question', () => {
  it('is one for all who bring a token at the same time, and each is answered', async () => {
    const { ask, server } = await realmAlone({ 'cache.ttl': '0' })
    server.answer = saying(good)
    const answers = await Promise.all(['a', 'a', 'b', 'a'].map((token) => ask(token)))
    expect(answers.map((answer) => answer?.kind)).toEqual(['proven', 'proven', 'proven', 'proven'])
    expect(server.questions).toHaveLength(2)
    await ask('a')
    expect(server.questions).toHaveLength(3)
  })

  it('that fails does so for all of them, and for none who comes later', async () => {
    const { ask, server } = await realmAlone()
    server.answer = saying({}, 500)
    const answers = await Promise.allSettled(['a', 'a', 'a'].map((token) => ask(token)))
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    server.answer = saying(good)
    expect(await ask('a')).toMatchObject({ kind: 'proven' })
    expect(server.questions).toHaveLength(2)
  })
})
