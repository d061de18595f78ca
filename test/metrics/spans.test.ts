import { join } from 'node:path'
import { SpanStatusCode } from '@opentelemetry/api'
import { expect, it, vi } from 'vitest'
import { Process } from '../cliProcess.ts'
import { gatewayMain } from '../support/gatewayMain.ts'
import { jacknich, loginBackend, nobody, provision } from '../support/people.ts'
import { activateProfile } from '../support/profileBody.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { basic, elastic, overSocket } from '../support/testApp.ts'
import type { PrintedSpan } from './tracing.ts'

const tracing = join(import.meta.dirname, 'tracing.ts')
const trace = '0af7651916cd43dd8448eb211c80319c'

/** A span, and those below it in the order in which they have ended, each a line with as much space as it is deep. */
function treeOf(spans: readonly PrintedSpan[], root: PrintedSpan, indent = ''): string[] {
  const children = spans.filter(({ parent }) => parent === root.id)
  return [indent + root.name, ...children.flatMap((child) => treeOf(spans, child, `${indent}  `))]
}

it('an activation is traced in its stages where an SDK is preloaded, and no span tells a secret or a name', async () => {
  const folder = await temporaryFolder()
  const gateway = new Process(process.execPath, ['--import', tracing, gatewayMain, 'serve'], folder, {
    ELASTIC_PASSWORD: elastic.password,
    DATABASE_URL: 'file:gateway.db',
  })
  const fetch = overSocket(await gateway.address())
  await provision(fetch)
  const spans = () =>
    [...gateway.out.matchAll(/^span (.*)$/gm)].map(([, text = '']) => JSON.parse(text) as PrintedSpan)

  /** Sends a request that continues a trace, and waits for the spans of it. */
  async function traced(parent: string, path: string, body: object, caller = loginBackend) {
    await fetch(path, {
      method: 'POST',
      headers: {
        traceparent: `00-${trace}-${parent}-01`,
        authorization: basic(caller),
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
    const root = await vi.waitUntil(() => spans().find((span) => span.parent === parent), 10_000)
    return { root, tree: askedOnce(treeOf(spans(), root)) }
  }

  const path = '/_security/profile/_activate'
  const realms = ['realm reserved', 'realm native']
  const below = (lines: readonly string[]) => lines.map((line) => `  ${line}`)
  const caller = ['authenticate caller', ...below(realms)]
  const hash = '    hash'
  const grant = ['prove grant', ...below(realms)]
  const atRest = await traced('0000000000000001', path, { grant_type: 'password', ...jacknich })
  expect(atRest.root).toMatchObject({
    kind: 'SERVER',
    scope: 'profile-gateway',
    trace,
    attributes: {
      'http.request.method': 'POST',
      'http.route': path,
      'http.response.status_code': 200,
    },
  })
  expect(atRest.tree).toEqual([
    `POST ${path}`,
    ...below([...caller, hash]),
    ...below(['activate', ...below([...grant, hash, 'find profile', 'store profile'])]),
  ])

  const variables = { grant: { password: jacknich } }
  const atGraphql = await traced('0000000000000002', '/graphql', { query: activateProfile, variables })
  // Nothing has changed since.
  expect(atGraphql.tree).toEqual([
    'POST /graphql',
    ...below([...caller, 'activate', ...below([...grant, 'find profile'])]),
  ])

  await traced('0000000000000003', path, { grant_type: 'password', ...jacknich }, nobody)
  const denied = { status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': 'FORBIDDEN' } }
  expect(
    spans()
      .filter(({ name }) => name === 'activate')
      .at(-1),
  ).toMatchObject(denied)

  expect(spans().every(({ events }) => events === 0)).toBe(true)
  const told = JSON.stringify(spans().map(({ name, attributes, status }) => ({ name, attributes, status })))
  for (const { username, password } of [jacknich, loginBackend, nobody, elastic])
    for (const text of [username, password]) expect(told).not.toContain(text)
}, 60_000)

/** A tree without the second time that it was asked who calls, which a busy machine can bring. */
function askedOnce(tree: readonly string[]): string[] {
  const again = tree.indexOf(caller, tree.indexOf(caller) + 1)
  const end = tree.indexOf('  activate')
  return tree.filter((_, place) => again < 0 || place < again || place >= end)
}

const caller = '  authenticate caller'
