import { isObject, JsonProblem, parseJson } from '../json.ts'
import type { Document } from '../profile/document.ts'
import { hitFields } from './hitFields.ts'
import { kinds, type TransferRecord } from './record.ts'
import { header } from './recordText.ts'
import { shapes } from './shapes.ts'
import type { Piece } from './splitter.ts'

/** What a piece of an input says. */
export type Reading =
  | { readonly kind: 'record'; readonly record: TransferRecord }
  /** What is not taken along, by kind. */
  | { readonly kind: 'passed over'; readonly what: string }
  | { readonly kind: 'refused'; readonly subject: string | null; readonly reason: string }
  | { readonly kind: 'first line' }
  /** Of an export of another release: nothing of it is understood. */
  | { readonly kind: 'foreign'; readonly subject: null; readonly reason: string }
  /** With how many records there were. */
  | { readonly kind: 'last line'; readonly records: unknown }
  /** Of a response all that matters are its hits. */
  | { readonly kind: 'nothing' }

/** A document has a hundred levels at most, and stands up to three levels deep in what carries it. */
const mostLevels = 103

/** Reads a piece. Only its form is judged, not whether it may be stored. */
export function readPiece(piece: Piece): Reading {
  if (piece.kind === 'broken') return refused(piece.problem)
  try {
    const value = parseJson(piece.bytes, mostLevels)
    if (!isObject(value)) return refused('expected an object')
    return piece.kind === 'response' ? readResponse(value) : readValue(value)
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    return refused(error.message)
  }
}

function readValue(value: Document): Reading {
  if ('kind' in value) return readFields(value)
  if ('_id' in value || '_source' in value) {
    const reading = hitFields(value)
    if (reading.kind === 'fields') return readFields(reading.fields)
    return reading.kind === 'refused' ? refused(reading.reason, subjectOf('document', value._id)) : reading
  }
  if (value.format === header.format) return readHeader(value)
  return refused(
    'error' in value && 'status' in value
      ? 'it is an error that a cluster has answered'
      : 'it is neither a record of an export nor a hit of a search',
  )
}

/** Source: Elasticsearch, the response of a search. */
function readResponse({ timed_out: timedOut, _shards: shards }: Document): Reading {
  const failed = isObject(shards) && typeof shards.failed === 'number' && shards.failed > 0
  return timedOut === true || failed
    ? refused('the search has not found everything: it timed out, or shards failed. Its hits were taken')
    : { kind: 'nothing' }
}

function readHeader({ version }: Document): Reading {
  return version === header.version
    ? { kind: 'first line' }
    : {
        kind: 'foreign',
        subject: null,
        reason: `it is an export of another version than ${header.version}: import it with a newer release`,
      }
}

function readFields(fields: Document): Reading {
  if (fields.kind === 'end') return { kind: 'last line', records: fields.records }
  const kind = kinds.find((one) => one === fields.kind)
  if (!kind) return refused(`expected one of the kinds ${kinds.join(', ')}`)
  const parsed = shapes[kind].safeParse(fields)
  if (parsed.success) return { kind: 'record', record: parsed.data }
  const problems = parsed.error.issues.map(({ path, message }) => {
    const expectation = message.replace(/^Invalid input: /, '')
    return path.length > 0 ? `${path.join('.')}: ${expectation}` : expectation
  })
  return refused(problems.join('; '), subjectOf(kind, fields.username ?? fields.name ?? fields.uid))
}

function refused(reason: string, subject: string | null = null): Reading {
  return { kind: 'refused', reason, subject }
}

/** What a refused record is called. */
export function subjectOf(kind: string, name: unknown): string {
  return typeof name === 'string' ? `${kind} [${name}]` : kind
}
