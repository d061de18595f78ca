import { randomUUID } from 'node:crypto'
import { createAudit, noAudit, type Audit } from '../audit/audit.ts'
import { openDestination, pipeBytes, type Destination } from '../audit/destination.ts'
import type { Settings } from '../config.ts'
import { clock } from './clock.ts'
import type { Streams } from './streams.ts'

type Notes = Pick<Streams, 'notes'>

/**
 * Opens the audit log for a command, as the gateway would, but that standard output is for what the command says: lines
 * that would go there stand among the notes.
 * @throws `CONFIGURATION` if its file cannot be opened
 */
export async function commandAudit(
  { destination: target, on_failure: onFailure }: Settings['audit'],
  { notes }: Notes,
  nameKey: () => Promise<string>,
): Promise<Audit> {
  if (target === 'none') return noAudit
  const destination = typeof target === 'object' ? openDestination(target) : among({ notes })
  const report = (cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : 'unknown reason'
    notes.write(`audit lines cannot be written: ${reason}\n`)
  }
  return createAudit({ destination, onFailure, nameKey: await nameKey(), clock, report })
}

/** The same for export and import, which hash no name. */
export function transferAudit(settings: Settings['audit']): Promise<Audit> {
  return commandAudit(settings, { notes: process.stderr }, () => Promise.resolve(randomUUID()))
}

function among({ notes }: Notes): Destination {
  return {
    mostBytes: pipeBytes,
    write: (lines) =>
      new Promise((resolve, reject) => {
        notes.write(lines, (error) => {
          if (error) reject(error)
          else resolve()
        })
      }),
    reopen: () => undefined,
    close: () => undefined,
  }
}
