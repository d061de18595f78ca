import type { createImporter, Outcome } from './importer.ts'
import { readPiece, subjectOf, type Reading } from './readPiece.ts'
import { keyOf, type Kind } from './record.ts'
import { Splitter, type Piece, type Place } from './splitter.ts'

/** What was not taken, and why. */
export interface Refusal {
  readonly place: Place
  /** The kind and name of what it is, where that could be read. */
  readonly subject: string | null
  readonly reason: string
}

/** Is told of everything that was found, once it is known what has become of it. */
export interface ImportReport {
  settled(kind: Kind, outcome: Exclude<Outcome['kind'], 'refused'>): void
  passedOver(what: string): void
  refused(refusal: Refusal): void
}

/** Imports what an input says, whichever of the known forms it has: exports, hits, and responses of searches. */
export async function importInput(
  chunks: AsyncIterable<Buffer>,
  importer: ReturnType<typeof createImporter>,
  report: ImportReport,
): Promise<void> {
  const splitter = new Splitter()
  const completeness = new Completeness(report)
  let isForeign = false
  for await (const chunk of chunks) {
    for (const piece of splitter.feed(chunk)) await take(piece)
  }
  for (const piece of splitter.end()) await take(piece)
  completeness.end()

  async function take(piece: Piece): Promise<void> {
    const reading = readPiece(piece)
    if (reading.kind === 'foreign') {
      isForeign = true
      report.refused({ ...reading, place: placeOf(piece) })
    } else if (reading.kind === 'first line') isForeign = false
    if (isForeign) {
      if (reading.kind === 'last line') isForeign = false
      return
    }
    completeness.see(reading, piece)
    if (reading.kind === 'passed over') report.passedOver(reading.what)
    else if (reading.kind === 'refused') report.refused({ ...reading, place: placeOf(piece) })
    else if (reading.kind === 'record') {
      const { record } = reading
      const place = placeOf(piece)
      await importer.add({
        record,
        size: piece.kind === 'broken' ? 0 : piece.bytes.length,
        settle(outcome) {
          if (outcome.kind !== 'refused') report.settled(record.kind, outcome.kind)
          else
            report.refused({ place, subject: subjectOf(record.kind, keyOf(record)), reason: outcome.reason })
        },
      })
    }
  }
}

/** Whether each export in an input has the records that its last line says. */
class Completeness {
  private readonly report: Pick<ImportReport, 'refused'>
  private begun: { place: Place; records: number } | null = null

  constructor(report: Pick<ImportReport, 'refused'>) {
    this.report = report
  }

  see(reading: Reading, piece: Piece): void {
    if (reading.kind === 'first line') {
      this.end()
      this.begun = { place: placeOf(piece), records: 0 }
    } else if (reading.kind === 'last line') {
      if (this.begun && reading.records !== this.begun.records)
        this.refuse('has not as many records as its last line says')
      this.begun = null
    } else if (this.begun) this.begun.records += 1
  }

  end(): void {
    if (this.begun) this.refuse('has no last line')
    this.begun = null
  }

  private refuse(problem: string): void {
    const place = this.begun?.place ?? { line: 1, lastLine: 1, byte: 0 }
    const reason = `the export that begins here ${problem}: something of it is missing`
    this.report.refused({ place, subject: null, reason })
  }
}

/** Without the bytes, which are not to be kept. */
function placeOf({ line, lastLine, byte }: Piece): Place {
  return { line, lastLine, byte }
}
