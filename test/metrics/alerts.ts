import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string }
}

/** What `deploy/prometheus-alerts.yml` has. */
export const alertsFile = join(import.meta.dirname, '../../deploy/prometheus-alerts.yml')
const { groups } = parse(readFileSync(alertsFile, 'utf8')) as {
  groups: readonly { rules: readonly Alert[] }[]
}
export const alerts = groups.flatMap(({ rules }) => rules)
