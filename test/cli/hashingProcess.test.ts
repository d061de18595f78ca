import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startHashingProcess } from '../../src/cli/hashingProcess.ts'
import { gateway } from '../cliProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { elastic, overSocket, rest } from '../support/testApp.ts'
import { childrenOf, commandOf } from './terminal.ts'
import { isOfPool, threadsOf } from './threads.ts'

/** One that this test ends, when it is ready, why it was lost, and who hashes for it. */
async function started(then: (hashing: ReturnType<typeof startHashingProcess>) => void = () => undefined) {
  const before = childrenOf(process.pid)
  const lost: string[] = []
  const pauses: number[] = []
  const hashing = startHashingProcess({
    ...{ threads: 2, mayBeIdle: true },
    lost(reason, pause) {
      lost.push(reason)
      pauses.push(pause)
    },
  })
  onTestFinished(hashing.close)
  then(hashing)
  await hashing.ready
  const hashers = () => childrenOf(process.pid).filter((one) => !before.includes(one))
  const [pid = 0] = hashers()
  return { hashing, pid, lost, pauses, hashers }
}

const patient = { timeout: 10_000 }

describe.skipIf(process.platform !== 'linux')(
  'a process that hashes passwords (Linux says which there are)',
  () => {
    it('makes hashes, and says which passwords are right', async () => {
      const { hashing, lost } = await started()
      // Half of a character of two, and one that ends a text in C.
      const password = 'p@ss\ud83d w\0rd'
      const hash = await hashing.hash(password)
      expect(hash).toMatch(/^\$argon2id\$/)
      const tries = [password, `${password}.`, 'p@ss\ud83d w', 'p@ss\ufffd w\0rd']
      expect(await Promise.all(tries.map((one) => hashing.verify(hash, one)))).toEqual([
        true,
        false,
        false,
        true,
      ])
      await expect(hashing.verify('md5', password)).rejects.toThrow('is of no format that is known')
      expect(lost).toEqual([])
    })

    it('is done without once it was killed, and nobody who waits is forgotten', async () => {
      const { hashing, pid, lost } = await started()
      const hash = await hashing.hash('right')
      const waiting = Array.from({ length: 20 }, (_, n) => hashing.verify(hash, n % 2 ? 'right' : 'wrong'))
      process.kill(pid, 'SIGKILL')
      expect(await Promise.all(waiting)).toEqual(waiting.map((_, n) => n % 2 === 1))
      expect(lost).toEqual(['SIGKILL'])
      expect(await hashing.verify(hash, 'right')).toBe(true)
      hashing.share()
      expect(lost).toEqual(['SIGKILL'])
    })

    it('is followed by another, which hashes', async () => {
      const { hashing, pid, hashers } = await started()
      const hash = await hashing.hash('right')
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => hashers().filter((one) => one !== pid), patient).toHaveLength(1)
      const [next = 0] = hashers()
      const isDoneByNext = async () => {
        process.kill(next, 'SIGSTOP')
        const judged = hashing.verify(hash, 'right')
        const isDoneElsewhere = await Promise.race([judged, sleep(300, false)])
        process.kill(next, 'SIGCONT')
        expect(await judged).toBe(true)
        return !isDoneElsewhere
      }
      await expect.poll(isDoneByNext, patient).toBe(true)
    })

    it('is waited for longer each time until one has hashed', { timeout: 20_000 }, async () => {
      const { pauses, hashers } = await started()
      // One that is ready may still end of the first password, as where there is too little memory.
      for (const [count, pause] of [1_000, 2_000].entries()) {
        await expect.poll(() => threadsOf(hashers()[0]).filter(isOfPool), patient).toHaveLength(2)
        await sleep(500)
        process.kill(hashers()[0] ?? 0, 'SIGKILL')
        await expect.poll(() => pauses[count]).toBe(pause)
      }
    })

    it('is tried again where none can be started', patient, async () => {
      const { hashing, pid, lost, hashers } = await started()
      const { execPath } = process
      onTestFinished(() => void (process.execPath = execPath))
      // Of this Node throws, as it does without memory; of one that is not there it has an event.
      process.execPath = '/dev/null/node'
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => lost, patient).toEqual(['SIGKILL', 'spawn ENOTDIR'])
      expect(await hashing.verify(await hashing.hash('right'), 'right')).toBe(true)
      process.execPath = execPath
      await expect.poll(hashers, patient).toHaveLength(1)
    })

    it('shares the cores also if that is said before it is ready', async () => {
      const { pid } = await started((hashing) => {
        hashing.share()
      })
      const isIdle = () =>
        threadsOf(pid)
          .filter(isOfPool)
          .map((thread) => thread.isIdle)
      await expect.poll(isIdle).toEqual([false, false])
    })

    it('says nothing where the gateway has gone before it could answer', async () => {
      const hasher = fork(join(import.meta.dirname, '../../src/hasher.ts'), ['other'], {
        ...{ execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
      })
      let said = ''
      hasher.stderr?.on('data', (chunk) => (said += String(chunk)))
      await once(hasher, 'message')
      for (let id = 0; id < 300; id++) hasher.send({ id, passwordHash: 'md5', password: '' })
      await once(hasher, 'message')
      const ended = once(hasher, 'exit')
      hasher.disconnect()
      expect([await ended, said]).toEqual([[0, null], ''])
    })

    it('ends when it is let go', async () => {
      const { hashing, pid, lost } = await started()
      hashing.close()
      await expect.poll(() => childrenOf(process.pid)).not.toContain(pid)
      expect(lost).toEqual([])
    })
  },
)

describe.skipIf(process.platform !== 'linux')(
  'that of a gateway (Linux says which it is)',
  { timeout: 60_000 },
  () => {
    const environment = { ELASTIC_PASSWORD: elastic.password }

    async function serving() {
      const served = gateway(['serve'], await temporaryFolder(), environment)
      const fetch = overSocket(await served.address())
      const [hasher = 0] = childrenOf(served.child.pid)
      return { served, fetch, hasher }
    }

    it.each(['SIGTERM', 'SIGKILL'] as const)('ends with it on %s', async (signal) => {
      const { served, hasher } = await serving()
      expect(commandOf(hasher)).toContain('hasher')
      await served.stop(signal)
      await expect.poll(() => commandOf(hasher)).toBe('')
    })

    it('judges all passwords, and nothing else waits for it', async () => {
      const { fetch, hasher } = await serving()
      const statusOf = async (password: string) =>
        (await rest(fetch, 'GET', '/', { ...elastic, password })).status
      expect(await statusOf(elastic.password)).toBe(200)
      process.kill(hasher, 'SIGSTOP')
      const judged = statusOf('wrong')
      const isJudged = await Promise.race([judged.then(() => true), sleep(500, false)])
      expect([isJudged, await statusOf(elastic.password)]).toEqual([false, 200])
      process.kill(hasher, 'SIGCONT')
      expect(await judged).toBe(401)
    })

    it('hears no signal that is for the gateway, as a terminal sends it to both', async () => {
      const { served, fetch, hasher } = await serving()
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(hasher, signal)
      expect(await rest(fetch, 'GET', '/', { ...elastic, password: 'wrong' })).toMatchObject({ status: 401 })
      expect(served.out).not.toContain('this one hashes')
      expect(commandOf(hasher)).toContain('hasher')
    })

    it('has none of its secrets in its environment', async () => {
      const { hasher } = await serving()
      expect(readFileSync(`/proc/${hasher}/environ`, 'utf8')).not.toContain(elastic.password)
    })

    it('is told of where it was killed, and passwords are judged as before', async () => {
      const { served, fetch, hasher } = await serving()
      process.kill(hasher, 'SIGKILL')
      await served.says(/(this one hashes until)/)
      expect(await rest(fetch, 'GET', '/', { ...elastic, password: 'wrong' })).toMatchObject({ status: 401 })
      expect(await rest(fetch, 'GET', '/', elastic)).toMatchObject({ status: 200 })
      expect(await served.stop()).toBe(0)
    })
  },
)
