import { fork, type ChildProcess } from 'node:child_process'
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
  /** Told when it has ended by itself, or could not be started, and after how many milliseconds there is a new one. */
  lost: (reason: string, pause: number) => void
}

interface HashingProcess extends Hashing {
  /** Resolves when the first one hashes, or has ended. */
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

/** How long until there is a new one, in milliseconds: each time twice as long, unless it hashed. */
const [firstPause, longestPause] = [1_000, 60_000]

/**
 * Starts a process that hashes passwords, and a new one where it ends. Its threads can have a low priority: those of this one
 * also write files, unpack bodies and look up hosts, and hold locks for which the event loop waits. While there is none that is
 * ready, this process hashes.
 */
export function startHashingProcess({ threads, mayBeIdle, lost }: HashingProcessParts): HashingProcess {
  const program = join(import.meta.dirname, `../hasher${extname(import.meta.filename)}`)
  const ready = Promise.withResolvers<undefined>()
  const waiting = new Map<number, Waiting>()
  let made = 0
  let pause = firstPause
  let isIdle = mayBeIdle
  let isClosed = false
  let isReady = false
  let child: ChildProcess | undefined
  start()

  return {
    ready: ready.promise,
    hash: async (password) => String(await done({ id: made++, passwordHash: null, password })),
    verify: async (passwordHash, password) => (await done({ id: made++, passwordHash, password })) === true,
    share() {
      isIdle = false
      // One that is not ready yet hears it once it is.
      if (child?.connected) child.send('share', unheard)
    },
    close() {
      isClosed = true
      if (child?.connected) child.disconnect()
    },
  }

  function start(): void {
    let isOver = false
    try {
      child = fork(program, [isIdle ? 'idle' : 'other'], {
        ...{ env: hashingEnvironment(threads), execArgv: [] },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
    } catch (error) {
      // Node throws where there is no memory for it, or it may not be, and has an event for all else.
      end(error instanceof Error ? error.message : String(error))
      return
    }
    child.on('message', (answer: HashingAnswer | 'ready') => {
      if (answer === 'ready') begin()
      else settle(answer)
    })
    child.on('error', (error) => end(error.message))
    child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`))
    // It keeps nobody from ending but who waits for it.
    child.unref()

    function begin(): void {
      isReady = true
      child?.channel?.unref()
      ready.resolve(undefined)
    }

    function end(reason: string): void {
      if (isOver) return
      isOver = true
      isReady = false
      ready.resolve(undefined)
      for (const { task, resolve, reject } of waiting.values()) here(task).then(resolve, reject)
      waiting.clear()
      if (isClosed) return
      lost(reason, pause)
      setTimeout(() => {
        if (!isClosed) start()
      }, pause).unref()
      pause = Math.min(2 * pause, longestPause)
    }
  }

  function done(task: HashingTask): Promise<string | boolean> {
    if (!isReady) return here(task)
    return new Promise((resolve, reject) => {
      waiting.set(task.id, { task, resolve, reject })
      child?.channel?.ref()
      child?.send(task, unheard)
    })
  }

  function settle(answer: HashingAnswer): void {
    pause = firstPause
    const one = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) child?.channel?.unref()
    if ('result' in answer) one?.resolve(answer.result)
    else one?.reject(new Error(answer.error))
  }
}

/** If nothing can be sent any more, the end of the process says so. */
const unheard = () => undefined

function here({ passwordHash, password }: HashingTask): Promise<string | boolean> {
  return passwordHash === null ? ownHashing.hash(password) : ownHashing.verify(passwordHash, password)
}
