import { fork } from 'node:child_process'
import { extname, join } from 'node:path'
import { ownHashing, type Hashing } from '../authentication/hashing.ts'
import { hashingEnvironment } from '../config.ts'

/** A password to be hashed, or to be verified against a hash. */
export interface HashingTask {
  readonly id: number
  readonly passwordHash: string | null
  readonly password: string
}

/** What came of a task: a hash, or whether the password is right. */
export type HashingAnswer =
  | { readonly id: number; readonly result: string | boolean }
  | { readonly id: number; readonly error: string }

interface HashingProcessParts {
  /** How many passwords it hashes at once. */
  threads: number
  /** Whether it may be left the time alone that nobody else wants. */
  mayBeIdle: boolean
  /** Told when it has ended by itself, or could not be started: from then on this process hashes. */
  lost: (reason: string) => void
}

interface HashingProcess extends Hashing {
  /** Resolves when it hashes, or has ended. */
  readonly ready: Promise<undefined>
  /** Has it share the cores with what else wants them. */
  readonly share: () => void
  readonly close: () => void
}

interface Waiting {
  readonly task: HashingTask
  readonly resolve: (result: string | boolean) => void
  readonly reject: (error: unknown) => void
}

/**
 * Starts a process that hashes passwords. Its threads can have a low priority: those of this one also write files, unpack
 * bodies and look up hosts, and hold locks for which the event loop waits. Until it is ready, this process hashes.
 */
export function startHashingProcess({ threads, mayBeIdle, lost }: HashingProcessParts): HashingProcess {
  const program = join(import.meta.dirname, `../hasher${extname(import.meta.filename)}`)
  const child = fork(program, [mayBeIdle ? 'idle' : 'other'], {
    ...{ env: hashingEnvironment(threads), execArgv: [] },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, Waiting>()
  const ready = Promise.withResolvers<undefined>()
  let isReady = false
  let isClosed = false
  let made = 0
  child.on('message', (answer: HashingAnswer | 'ready') => {
    if (answer !== 'ready') settle(answer)
    else {
      isReady = true
      child.channel?.unref()
      ready.resolve(undefined)
    }
  })
  child.on('error', (error) => end(error.message))
  child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`))
  // It keeps nobody from ending but who waits for it.
  child.unref()

  return {
    ready: ready.promise,
    hash: async (password) => String(await inProcess({ id: made++, passwordHash: null, password })),
    verify: async (passwordHash, password) =>
      (await inProcess({ id: made++, passwordHash, password })) === true,
    share: () => {
      if (isReady) child.send('share', unheard)
    },
    close() {
      isClosed = true
      if (child.connected) child.disconnect()
    },
  }

  function inProcess(task: HashingTask): Promise<string | boolean> {
    if (!isReady) return here(task)
    return new Promise((resolve, reject) => {
      waiting.set(task.id, { task, resolve, reject })
      child.channel?.ref()
      child.send(task, unheard)
    })
  }

  function settle(answer: HashingAnswer): void {
    const one = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) child.channel?.unref()
    if ('result' in answer) one?.resolve(answer.result)
    else one?.reject(new Error(answer.error))
  }

  function end(reason: string): void {
    isReady = false
    ready.resolve(undefined)
    if (!isClosed) lost(reason)
    isClosed = true
    for (const { task, resolve, reject } of waiting.values()) here(task).then(resolve, reject)
    waiting.clear()
  }
}

/** If nothing can be sent any more, the end of the process says so. */
const unheard = () => undefined

function here({ passwordHash, password }: HashingTask): Promise<string | boolean> {
  return passwordHash === null ? ownHashing.hash(password) : ownHashing.verify(passwordHash, password)
}
