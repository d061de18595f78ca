// What can be wrong with a gateway and what it stands on, looked at from where it runs. This folder changes nothing, and
// knows neither the command line nor how anything is stored.

import type { Config } from '../config.ts'
import { databaseOptions } from '../databaseOptions.ts'
import { Failure } from '../errors.ts'
import { openInspection, type Inspection } from '../storage/inspection.ts'
import { openingFailure } from '../storage/openingFailure.ts'
import { failure, ok, skipped, warning, type Check } from './check.ts'
import { clockCheck } from './clockCheck.ts'
import { databaseChecks } from './databaseChecks.ts'
import { postgresqlChecks } from './postgresqlChecks.ts'
import type { Skew } from './probe.ts'
import { realmChecks } from './realmChecks.ts'
import { serverChecks } from './serverChecks.ts'
import { settingsChecks } from './settingsChecks.ts'
import { sqliteChecks } from './sqliteChecks.ts'

/** Looks at everything, and says of each thing how it is. Takes no lock, and may run beside gateways that serve. */
export async function examine(config: Config, clock: () => number): Promise<Check[]> {
  const [onDatabase, atRealms] = await Promise.all([
    databaseFindings(config, clock),
    realmChecks(config.settings.realms, clock),
  ])
  const atSettings = [...serverChecks(config, clock()), ...settingsChecks(config)]
  return [
    ok('configuration', validityOf(config)),
    ...onDatabase.checks,
    ...atRealms.checks,
    clockCheck(config.settings, [...onDatabase.skews, ...atRealms.skews]),
    ...atSettings,
    ...(atSettings.every(({ state }) => state === 'ok') ? [ok('settings', 'no setting is weak')] : []),
  ]
}

function validityOf({ settingsFile }: Config): string {
  if (settingsFile === null)
    return 'the environment is valid; there is no gateway.yml, so each setting has its default'
  return 'gateway.yml and the environment are valid'
}

/** What is said where the configuration itself is not valid. */
export function unconfigured({ message, problems }: Failure): Check[] {
  const finding = problems.length > 0 ? problems.join('\n') : message
  return [
    failure('configuration', finding, 'correct it: docs/configuration.md has all settings'),
    ...['database', 'realms', 'clock', 'settings'].map((id) => skipped(id, 'the configuration is not valid')),
  ]
}

interface Findings {
  readonly checks: readonly Check[]
  readonly skews: readonly Skew[]
}

async function databaseFindings(config: Config, clock: () => number): Promise<Findings> {
  try {
    const inspection = await openInspection(databaseOptions(config, clock))
    if (!inspection)
      return {
        checks: [
          warning(
            'database',
            'there is no database yet',
            `start a gateway${config.elasticPassword === null ? ' with ELASTIC_PASSWORD' : ''}, or run \`profile-gateway migrate\``,
          ),
        ],
        skews: [],
      }
    try {
      return await findingsOf(config, inspection)
    } finally {
      await inspection.close()
    }
  } catch (thrown) {
    // What was found once it was open is nobody's own words.
    const { code, message } = thrown instanceof Failure ? thrown : openingFailure(config.databaseUrl, thrown)
    // All else says itself what to do.
    const advice = code === 'UNAVAILABLE' ? 'see that DATABASE_URL leads to it, and that it runs' : null
    return { checks: [failure('database', message, advice)], skews: [] }
  }
}

async function findingsOf(config: Config, inspection: Inspection): Promise<Findings> {
  const { facts, migrations } = inspection
  const ofItsKind =
    facts.kind === 'postgresql'
      ? postgresqlChecks(facts, config.settings.database.pool_size, migrations.missing.length === 0)
      : migrations.isNew
        ? []
        : sqliteChecks(facts)
  const isDamaged = facts.kind === 'sqlite' && facts.damage.length > 0
  return {
    checks: [
      ok('database', 'the database can be read'),
      ...ofItsKind,
      // What is in a damaged file cannot be told.
      ...(isDamaged ? [] : await databaseChecks(config, inspection)),
    ],
    skews: facts.kind === 'sqlite' ? [] : [{ of: 'the database', ...facts.clock }],
  }
}
