import { execFileSync } from 'node:child_process'
import { close, closeSync, constants, open as openLater, openSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'

/** More than Node has, unless it is told to have very many. */
const enough = 64

/**
 * Keeps all threads busy on which Node computes hashes, until it is told to let go or the test is over: each opens a pipe
 * into which nobody writes. `folder` is where the pipe is made.
 */
export function keepThreadsBusy(folder: string): () => Promise<void> {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const opening = Array.from({ length: enough }, () => promisify(openLater)(pipe, 'r'))
  let lettingGo: Promise<void> | undefined
  const letGo = () => (lettingGo ??= open())
  onTestFinished(letGo)
  return letGo

  async function open(): Promise<void> {
    const written = openSync(pipe, constants.O_RDWR)
    for (const opened of await Promise.all(opening)) await promisify(close)(opened)
    closeSync(written)
  }
}
