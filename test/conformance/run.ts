// `npm run conformance -- --url URL --user USER --password PASSWORD`: the list against any server.

import { parseArgs } from 'node:util'
import { overSocket } from '../support/testApp.ts'
import { whyOf } from '../support/whyOf.ts'
import { conformanceList } from './list.ts'
import { printed, runCases, type Report } from './report.ts'
import { createConformanceServer } from './server.ts'

interface ServerAddress {
  readonly url: string
  readonly user: string
  readonly password: string
}

/** Runs the whole list against the server, and removes the users and roles that it made; keys are invalidated. */
export async function runConformance({ url, user: username, password }: ServerAddress): Promise<Report> {
  const base = url.replace(/\/+$/, '')
  const admin = { username, password }
  const server = await createConformanceServer({ url: base, fetch: overSocket(base), admin })
  try {
    return await runCases(server, conformanceList)
  } finally {
    await server.close()
  }
}

const usage = `usage: npm run conformance -- --url URL --user USER --password PASSWORD [--json]

Runs the conformance list against a server: the gateway, or an Elasticsearch with security and the token service enabled.
USER must be a superuser. What the run makes begins with "conformance-", but for the users jacknich and joe, where they do
not exist yet. Users and roles are removed in the end, and API keys invalidated; profiles stay, for there is no way to remove
one.
Exit code 0 if every case passed that could be run.
`

/** What the command line says, or what is wrong with it, which is nothing where it asks for help. */
function parseCommandLine(): (ServerAddress & { json: boolean }) | string {
  try {
    const { values } = parseArgs({
      options: {
        url: { type: 'string' },
        user: { type: 'string' },
        password: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const { url, user, password, json, help } = values
    if (help) return ''
    if (url === undefined) return '--url is missing'
    if (user === undefined) return '--user is missing'
    if (password === undefined) return '--password is missing'
    const { protocol = '', username = '', password: written = '' } = URL.parse(url) ?? {}
    if (!/^https?:$/.test(protocol)) return '--url must be an http or https URL'
    if (username + written !== '') return '--url must not hold credentials: --user and --password do'
    return { url, user, password, json }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function main(): Promise<number> {
  const given = parseCommandLine()
  if (given === '') {
    process.stdout.write(usage)
    return 0
  }
  if (typeof given === 'string') {
    process.stderr.write(`${given}\n\n${usage}`)
    return 64
  }
  try {
    const report = await runConformance(given)
    process.stdout.write(`${given.json ? JSON.stringify(report, null, 2) : printed(report)}\n`)
    return report.counts.all.failed === 0 ? 0 : 1
  } catch (error) {
    process.stderr.write(`cannot run against --url: ${whyOf(error)}\n`)
    return 1
  }
}

if (import.meta.main) process.exitCode = await main()
