import { table } from './table.ts'

/** What is asked of a gateway, and what was measured. */
export interface Target {
  readonly what: string
  /** The least or the most that meets it; neither where it is only to be told. */
  readonly least?: number
  readonly most?: number
  /** Not a number: it was not measured. */
  readonly measured: number
  readonly unit?: string
}

/** Says of every target whether it is met. */
export function targetsReport(targets: readonly Target[]): string {
  const measured = targets.filter((target) => !Number.isNaN(target.measured))
  if (measured.length === 0) return ''
  const met = measured.filter(isMet).length
  const missed = measured.filter((target) => isMet(target) === false).length
  return [
    `## Targets`,
    '',
    `Of what was measured here, ${met} are met and ${missed} are missed.`,
    '',
    table(
      ['target', 'asked', 'measured', 'met'],
      measured.map((target) => [target.what, asked(target), text(target.measured, target), verdict(target)]),
    ),
    '',
  ].join('\n')
}

function isMet({ least, most, measured }: Target): boolean | null {
  if (least === undefined && most === undefined) return null
  return measured >= (least ?? -Infinity) && measured <= (most ?? Infinity)
}

function verdict(target: Target): string {
  const met = isMet(target)
  return met === null ? 'stated' : met ? 'yes' : '**no**'
}

function asked(target: Target): string {
  const { least, most } = target
  const parts = [
    least !== undefined && `≥ ${text(least, target)}`,
    most !== undefined && `≤ ${text(most, target)}`,
  ]
  return parts.filter(Boolean).join(', ') || '–'
}

function text(number: number, { unit = '' }: Target): string {
  return `${number.toFixed(number >= 100 ? 0 : 2)}${unit && ` ${unit}`}`
}
