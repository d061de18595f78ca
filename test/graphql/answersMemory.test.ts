import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createAnswersMemory } from '../../src/graphql/answersMemory.ts'

describe('the memory of answers that are being made', () => {
  const text = (length: number) => ({ a: 'x'.repeat(length) })

  it('is given as it was asked for, up to 64 MiB of text for one', () => {
    const { hold } = createAnswersMemory(1e12)()
    const document = text(32 * 1024 * 1024)
    expect(hold(document)).toBe(document)
    expect(() => hold(document)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }) as Error)
  })

  it('is counted by what is in a document, not by its text alone', () => {
    const { hold } = createAnswersMemory(1_000_000)()
    hold(text(500_000))
    const small = { a: Array.from({ length: 5_000 }, () => ({})) }
    expect(JSON.stringify(small).length).toBeLessThan(16_000)
    expect(() => hold(small)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }) as Error)
  })

  it('is that of all together, until they are made', () => {
    const memory = createAnswersMemory(1_000_000)
    const [one, other] = [memory(), memory()]
    one.hold(text(400_000))
    other.hold(text(400_000))
    const full = expect.objectContaining({ code: 'UNAVAILABLE', retryAfterSeconds: 1 }) as Error
    expect(() => other.hold(text(400_000))).toThrow(full)
    one.release()
    one.release()
    other.hold(text(400_000))
    expect(() => memory().hold(text(400_000))).toThrow(full)
    other.release()
    memory().hold(text(900_000))
  })

  it('is read one after the other, and not where there is none', async () => {
    const memory = createAnswersMemory(1_000_000)
    const [one, other] = [memory(), memory()]
    let underWay = 0
    const reading = (length: number) => async () => {
      expect(underWay++).toBe(0)
      await setTimeout(1)
      underWay--
      return text(length)
    }
    await Promise.all([one, other, one].map(({ read }) => read(reading(300_000))))
    await expect(memory().read(reading(300_000))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(one.read(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    one.release()
    await expect(one.read(() => expect.unreachable())).rejects.toMatchObject({ code: 'TOO_LARGE' })
    await memory().read(reading(300_000))
  })

  it('is not taken for an answer that is made already', () => {
    const memory = createAnswersMemory(1_000_000)
    const one = memory()
    one.release()
    expect(() => one.hold(text(1))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }) as Error)
    memory().hold(text(900_000))
  })
})
