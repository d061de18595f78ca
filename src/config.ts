import { lstatSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { Failure } from './errors.ts'
import { exposureProblem, metricsExposureProblem } from './settings/exposureProblem.ts'
import { isLoopback } from './settings/keySource.ts'
import { parseSettings } from './settings/settingsFile.ts'
import { settingsSchema } from './settings/settingsSchema.ts'
import { meantIn, unknownSettings } from './settings/unknownSettings.ts'
import { within } from './settings/value.ts'
import { similarNames } from './similarNames.ts'
import { reasonUnread } from './systemReason.ts'

/** Everything that can be set, checked. */
export interface Config {
  readonly host: string
  readonly port: number
  /** `file:…` is SQLite, `postgres://…` PostgreSQL. */
  readonly databaseUrl: string
  /** The password that the superuser `elastic` gets when it is first made. */
  readonly elasticPassword: string | null
  readonly logLevel: LogLevel
  readonly settings: Settings
  /** Where the settings stand; null: each has its default. */
  readonly settingsFile: string | null
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** What `gateway.yml` says, with the default of each setting that it leaves out. */
export type Settings = z.output<ReturnType<typeof settingsSchema>>

type Environment = Readonly<Record<string, string | undefined>>

const gatewayYml = 'gateway.yml'

/** Whether there is a `gateway.yml`, which the next start takes unless `GATEWAY_CONFIG` names another file. */
export function isGatewayYmlThere(): boolean {
  return isThere(gatewayYml)
}

/**
 * Makes the configuration from the environment and the file that it names, or else the default file, if there is one.
 * @throws `CONFIGURATION` with everything that is wrong as its problems
 */
export function loadConfig(
  environment: Environment = process.env,
  defaultFile: string | null = gatewayYml,
): Config {
  const problems: string[] = []
  const value = (name: string) => secretOf(environment, name, problems)
  const port = environment.PORT ?? '4000'
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    problems.push('PORT: expected a number from 0 to 65535')
  const logLevel = logLevels.find((level) => level === (environment.LOG_LEVEL ?? 'info'))
  if (!logLevel) problems.push(`LOG_LEVEL: expected one of ${logLevels.join(', ')}`)
  const databaseUrl = value('DATABASE_URL') ?? 'file:./data/gateway.db'
  if (!/^(file:|postgres(ql)?:\/\/)/.test(databaseUrl))
    problems.push(`DATABASE_URL: expected file:… or postgres://…${strayBeginning(databaseUrl)}`)
  const elasticPassword = value('ELASTIC_PASSWORD')
  if (elasticPassword !== null && elasticPassword.length < 6) {
    problems.push('ELASTIC_PASSWORD: expected at least 6 characters')
  }
  const settingsFile =
    environment.GATEWAY_CONFIG ?? (defaultFile !== null && isThere(defaultFile) ? defaultFile : null)
  if (defaultFile !== null && settingsFile === null && isThere('gateway.yaml')) problems.push(misnamed)
  const settings = settingsOf(environment, settingsFile, problems)
  const host = environment.HOST ?? '127.0.0.1'
  const exposed = settings ? exposureProblem(host, settings) : null
  if (exposed !== null) problems.push(exposed)
  if (settings && settings.metrics.port !== null) {
    const problem = metricsExposureProblem(settings.metrics.host, settings)
    if (problem !== null) problems.push(problem)
  }
  if (problems.length > 0 || !logLevel || !settings) {
    throw new Failure('CONFIGURATION', 'the configuration is not valid', { problems })
  }
  return frozen({
    ...{ host, port: Number(port), databaseUrl, elasticPassword, logLevel },
    ...{ settings, settingsFile },
  })
}

/** Each with the ways to set it. Without `LOG_LEVEL`: `LOGLEVEL` is what others call theirs. */
const ownVariables = [
  ['DATABASE_URL', 'DATABASE_URL_FILE'],
  ['ELASTIC_PASSWORD', 'ELASTIC_PASSWORD_FILE'],
  ['GATEWAY_CONFIG'],
]

/** What variables are called that are nearly one of the gateway's, which is not set, and what that is called. */
export function misspeltVariables(): [given: string, meant: string][] {
  const unset = ownVariables.filter((names) => names.every((name) => process.env[name] === undefined)).flat()
  return Object.keys(process.env).flatMap((given): [string, string][] => {
    const name = given.toUpperCase()
    // GATEWAY_CONFIG names a file as it is.
    const [meant] = [name, name.replace(/_FILE$/, '')].flatMap((one) => similarNames(one, unset, 0.8))
    return meant === undefined ? [] : [[given, meant]]
  })
}

/** Names a blank or a quote that an env file, or copying, has left before a value. */
function strayBeginning(value: string): string {
  if (/^\s/.test(value)) return ': it begins with a blank'
  return /^["'`]/.test(value) ? ': it begins with a quote' : ''
}

const misnamed = 'gateway.yaml: expected gateway.yml, or GATEWAY_CONFIG to name it'

/** Whether something has that name, even a dangling link, or what may not be looked at. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}

/**
 * Reads the settings again where they were read first.
 * @throws `CONFIGURATION` as `loadConfig`, and where the file is gone
 */
export function reloadSettings(settingsFile: string): Settings {
  return loadConfig({ ...process.env, GATEWAY_CONFIG: settingsFile }).settings
}

/** The environment of a process that hashes so many passwords at once: it needs none of the gateway's secrets. */
export function hashingEnvironment(threads: number): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH, NODE_COMPILE_CACHE } = process.env
  return { PATH, LD_LIBRARY_PATH, NODE_COMPILE_CACHE, UV_THREADPOOL_SIZE: String(threads) }
}

/** How the command line reaches a running gateway, and with which credentials. */
export interface GatewayAccess {
  /** Scheme, host and port. */
  readonly origin: string
  /** In front of all paths; empty, or without a slash at its end. */
  readonly path: string
  readonly password: string | null
  /** As it stands in the header. It is used in place of the password. */
  readonly apiKey: string | null
}

/**
 * Works out how a gateway is reached, from its address and from `GATEWAY_PASSWORD` or `GATEWAY_API_KEY`, if set.
 * @throws `CONFIGURATION` with everything that is wrong as its problems
 */
export function loadGatewayAccess(url: string): GatewayAccess {
  const problems: string[] = []
  const password = secretOf(process.env, 'GATEWAY_PASSWORD', problems)
  const apiKey = secretOf(process.env, 'GATEWAY_API_KEY', problems)
  if (problems.length > 0) throw new Failure('CONFIGURATION', 'the gateway cannot be asked', { problems })
  const { origin, pathname } = new URL(url)
  return { origin, path: pathname.replace(/\/+$/, ''), password, apiKey }
}

/** Why no gateway is asked at an address; null: one is. */
export function gatewayUrlProblem(url: string): string | null {
  const parsed = URL.parse(url)
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol))
    return 'expected an https URL, or an http one of this machine'
  if (parsed.username + parsed.password !== '') return 'it must not hold credentials'
  if (parsed.search + parsed.hash !== '') return 'expected a URL without ? and #'
  if (parsed.protocol === 'http:' && !isLoopback(url))
    return 'expected https; http leads only to this machine, as 127.0.0.1 or [::1]'
  return null
}

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) frozen(inner)
  return Object.freeze(value)
}

/** A value of the environment, or of the file that `NAME_FILE` names. */
function secretOf(environment: Environment, name: string, problems: string[]): string | null {
  const [value, file] = [environment[name], environment[`${name}_FILE`]]
  if (value !== undefined && file !== undefined) problems.push(`${name}: set it or ${name}_FILE, not both`)
  if (file === undefined) return value ?? null
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    problems.push(`${name}_FILE: the file cannot be read: ${reasonUnread(error)}`)
    return null
  }
}

function settingsOf(environment: Environment, file: string | null, problems: string[]): Settings | undefined {
  if (file === null) return settingsSchema({ folder: '.', originOf: () => ({ kind: 'text' }) }).parse({})
  try {
    const settings = parseSettings(readFileSync(file, 'utf8'), dirname(file), environment)
    const { value, lineOf, isMissing } = settings
    problems.push(...settings.problems.map((problem) => `${file}:${problem}`))
    if (value === undefined) return undefined
    const parsed = settingsSchema(settings).safeParse(value, { error: unknownSettings })
    const found = (parsed.error?.issues ?? []).flatMap(problemsOf)
    const isMisspelt = misspeltIn(value, found)
    for (const { path, message } of found)
      if (!isMissing(path) && !isMisspelt(path))
        problems.push(`${file}:${lineOf(path)}: ${path.join('.')}: ${message}`)
    return parsed.data
  } catch (error) {
    const problem =
      file === '' ? 'expected the path of a file' : `${file} cannot be read: ${reasonUnread(error)}`
    problems.push(`GATEWAY_CONFIG: ${problem}`)
    return undefined
  }
}

interface Problem {
  readonly path: readonly string[]
  readonly message: string
}

/** Whether a setting is missing only for being misspelt, which is said already. */
function misspeltIn(settings: unknown, problems: readonly Problem[]): (path: readonly string[]) => boolean {
  const isGiven = (path: readonly string[]) =>
    path.reduce((outer, name) => within(outer)[name], settings) !== undefined
  const meant = problems.flatMap(({ path, message }) => {
    const name = meantIn(message)
    return name === null ? [] : [[...path.slice(0, -1), name]]
  })
  const absent = meant.filter((path) => !isGiven(path)).map((path) => `${path.join('.')}.`)
  return (path) => absent.some((prefix) => `${path.join('.')}.`.startsWith(prefix))
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map(String)
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  const messages = issue.message.split('\n')
  return issue.keys.map((key, index) => ({
    path: [...path, key],
    message: path.join() === 'realms' ? unknownType : (messages[index] ?? ''),
  }))
}

const unknownType = 'unknown type of realm: expected native, jwt, elasticsearch or introspection'
