import type { Domain } from '../../src/authentication/domain.ts'
import { openTransferDatabase } from '../../src/storage/transferDatabase.ts'
import { exportRecords } from '../../src/transfer/exportRecords.ts'
import { createImporter, type ImporterParts } from '../../src/transfer/importer.ts'
import { importInput, type Refusal } from '../../src/transfer/importInput.ts'
import { kinds, type Kind } from '../../src/transfer/record.ts'
import { optionsFor } from './testDatabase.ts'

export interface Imported {
  /** How often something has become of something: `user imported`, `profile there already`. */
  readonly counts: Record<string, number>
  readonly passedOver: Record<string, number>
  readonly refused: Refusal[]
}

interface Options extends Partial<Pick<ImporterParts, 'replace' | 'dryRun' | 'maxProfileSize'>> {
  domains?: readonly Domain[]
  /** How large the chunks are in which the input comes. */
  chunk?: number
}

/** Imports an input into a database that nobody has open. */
export async function imported(
  url: string,
  input: string | Buffer,
  { chunk = 65_536, ...options }: Options = {},
): Promise<Imported> {
  const { imports, close } = await openTransferDatabase(optionsFor({ url, clock: Date.now }))
  const [counts, passedOver]: Record<string, number>[] = [{}, {}]
  const refused: Refusal[] = []
  const add = (to: Record<string, number> = {}, what = '') => (to[what] = (to[what] ?? 0) + 1)
  try {
    const parts = { domains: [], maxProfileSize: 10_000_000, replace: false, dryRun: false, ...options }
    const importer = createImporter({ repository: imports, ...parts })
    await importInput(chunks(Buffer.from(input), chunk), importer, {
      settled: (kind, outcome) => add(counts, `${kind} ${outcome}`),
      passedOver: (what) => add(passedOver, what),
      refused: (refusal) => refused.push(refusal),
    })
    await importer.finish()
  } finally {
    await close()
  }
  return { counts: counts ?? {}, passedOver: passedOver ?? {}, refused }
}

/** What an export of a database says that nobody has open. */
export async function exported(url: string, only: readonly Kind[] = kinds): Promise<string> {
  const { exports, close } = await openTransferDatabase(optionsFor({ url, clock: Date.now }))
  const texts: string[] = []
  const write = (text: string) => {
    texts.push(text)
    return Promise.resolve()
  }
  const progress = { total: () => undefined, written: () => undefined }
  try {
    await exportRecords({ repository: exports, only, write, progress })
  } finally {
    await close()
  }
  return texts.join('')
}

/** Lines, each the JSON of a value. */
export function lines(...values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('')
}

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  await Promise.resolve()
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
