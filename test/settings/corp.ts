import type { Settings } from '../../src/config.ts'
import { load, problems } from '../support/loading.ts'

type Environment = Readonly<Record<string, string>>
/** Settings by their names, as they are written; null is none. */
type Written = Readonly<Record<string, string | null>>

/** Settings of a realm of tokens, as nothing is wrong with them, by their full names. */
const sound: Written = {
  order: '1',
  allowed_issuer: 'https://idp.example.com/',
  allowed_audiences: '[gateway]',
  pkc_jwkset_path: 'jwks.json',
  'claims.principal': 'sub',
  'client_authentication.type': 'none',
}

/** A file of settings with the realm `corp` alone, in which some differ from those; null leaves one out. */
export function corpSettings(changes: Written = {}, prefix = 'realms.jwt.corp'): string {
  return Object.entries({ ...sound, ...changes })
    .flatMap(([name, value]) => (value === null ? [] : `${prefix}.${name}: ${value}\n`))
    .join('')
}

/** What is made of them. */
export async function corp(
  changes?: Written,
  environment: Environment = {},
  files: Environment = {},
): Promise<Settings['realms']['jwt'][string] | undefined> {
  return (await load(corpSettings(changes), environment, files)).settings.realms.jwt.corp
}

/** What is said to be wrong with them, without the beginning that all have in common. */
export async function corpProblems(
  changes?: Written,
  environment: Environment = {},
  files: Environment = {},
): Promise<string[]> {
  const said = await problems(corpSettings(changes), environment, files)
  return said.map((problem) => problem.replace(/^gateway\.yml:\d+: realms\.jwt\.corp\./, ''))
}

/** A setting's name in Elasticsearch's messages. */
export function keyOf(setting: string): string {
  return `xpack.security.authc.realms.jwt.corp.${setting}`
}
