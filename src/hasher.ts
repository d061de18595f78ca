// The process that hashes passwords for a gateway, which has started it and with which it ends.

import { ownHashing } from './authentication/hashing.ts'
import type { HashingAnswer, HashingTask } from './cli/hashingProcess.ts'
import { lowerBackgroundThreads } from './cli/backgroundThreads.ts'

// They are for the gateway, which may have requests under way.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('disconnect', () => process.exit())

// Where nobody hears an answer any more, this process ends too.
const unheard = () => undefined

const shareCores = await lowerBackgroundThreads(process.argv[2] === 'idle')
process.on('message', (task: HashingTask | 'share') => {
  if (task === 'share') void shareCores()
  else void done(task).then((answer) => process.send?.(answer, unheard))
})
process.send?.('ready', unheard)

async function done({ id, passwordHash, password }: HashingTask): Promise<HashingAnswer> {
  try {
    const { hash, verify } = ownHashing
    return { id, result: await (passwordHash === null ? hash(password) : verify(passwordHash, password)) }
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : 'a password could not be hashed' }
  }
}
