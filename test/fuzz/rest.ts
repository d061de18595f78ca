import fc from 'fast-check'
import { jacknichUid } from '../support/people.ts'
import { jsonLike } from './json.ts'
import { asHeader, bytesLike, mutated, naughtyText } from './mutations.ts'
import { endpoints, type Endpoint } from './restExamples.ts'
import { canary } from './canary.ts'
import { placeholders } from './session.ts'
import type { WireRequest } from './wire.ts'

type Header = readonly [name: string, value: string]

const json: Header = ['content-type', 'application/json']

const base64 = (text: string) => Buffer.from(text).toString('base64')
const wrongPassword = `Basic ${base64(`fuzz-user-1:${canary}`)}`

/** Some who may do much, some who may do little, and one who is nobody. */
const authorization = fc.constantFrom('<admin>', '<admin>', '<admin>', ...placeholders, wrongPassword)

const headerText = naughtyText.map(asHeader)

/** Bodies of each endpoint. */
export const restBodies: fc.Arbitrary<WireRequest> = fc
  .constantFrom(...endpoints.filter(({ bodies }) => bodies.length > 0))
  .chain((endpoint) => {
    const texts = jsonLike(endpoint.bodies)
    return fc.record({
      method: fc.constantFrom(...endpoint.row.methods.filter((method) => method !== 'HEAD')),
      target: pathOf(endpoint),
      headers: authorization.map((value): Header[] => [json, ['authorization', value]]),
      body: bytesLike(fc.oneof({ weight: 3, arbitrary: texts }, mutated(texts))),
    })
  })

/** Paths and query strings. */
export const restTargets: fc.Arbitrary<WireRequest> = fc.constantFrom(...endpoints).chain((endpoint) => {
  const [body] = endpoint.bodies
  const target = fc.tuple(pathOf(endpoint), queryOf(endpoint)).map(([path, query]) => path + query)
  return fc.record({
    method: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...endpoint.row.methods) },
      fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND', 'TRACE'),
    ),
    target: fc.oneof({ weight: 4, arbitrary: target }, mutated(target).map(asTarget), anyTarget),
    headers: authorization.map((value): Header[] => [...(body ? [json] : []), ['authorization', value]]),
    body: fc.constant(body ? Buffer.from(JSON.stringify(body)) : null),
  })
})

/** Headers, most of which are known, some of them several times. */
export const restHeaders: fc.Arbitrary<WireRequest> = fc.constantFrom(...endpoints).chain((endpoint) => {
  const [body] = endpoint.bodies
  return fc.record({
    method: fc.constantFrom(...endpoint.row.methods),
    target: pathOf(endpoint),
    headers: fc.oneof(
      fc.array(anyHeader, { maxLength: 5 }),
      fc.tuple(authorization, fc.array(anyHeader, { maxLength: 4 })).map(([value, others]): Header[] => {
        return [json, ['authorization', value], ...others]
      }),
    ),
    body: fc.constant(body ? Buffer.from(JSON.stringify(body)) : null),
  })
})

/** Of all schemes, sound and not. */
export const anyAuthorization: fc.Arbitrary<string> = fc.oneof(
  authorization,
  mutated(
    fc.oneof(
      fc.tuple(naughtyText, naughtyText).map(([name, text]) => `Basic ${base64(`${name}:${text}${canary}`)}`),
      fc.constant(wrongPassword),
      fc.constant(`Bearer token-${canary}`),
      naughtyText.map((text) => `ApiKey ${base64(`${text}:${canary}`)}`),
      fc.constant(`ApiKey ${base64(canary)}`),
      fc
        .tuple(fc.constantFrom('Negotiate', 'Digest', 'bAsIc', 'BEARER', ''), headerText)
        .map((parts) => parts.join(' ')),
    ),
  ).map(asHeader),
  headerText,
)

const anyHeader: fc.Arbitrary<Header> = fc.oneof(
  anyAuthorization.map((value): Header => ['Authorization', value]),
  fc.constantFrom<Header[]>(
    ['content-type', 'application/vnd.elasticsearch+json; compatible-with=9'],
    ['content-type', 'application/vnd.elasticsearch+json; compatible-with=99999999999999999999'],
    ['content-type', 'text/plain'],
    ['accept', 'application/vnd.elasticsearch+json; compatible-with=8,text/plain'],
    ['accept', 'application/yaml'],
    ['accept', 'application/cbor'],

    ['x-opaque-id', 'a'],
    ['x-opaque-id', 'b'],
    ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['subject-address', '::ffff:10.0.0.1'],
    ['subject-address', 'fe80::1%eth0'],
    ['subject-address', '2001:db8::1'],
    ['es-client-authentication', `SharedSecret ${canary}`],
    ['origin', 'null'],
    ['access-control-request-method', 'POST'],
    ['accept-encoding', 'gzip, br'],
    ['x-forwarded-for', '10.0.0.1'],
    ['x-http-method-override', 'DELETE'],
    ['cookie', 'a=b'],
    ['range', 'bytes=0-1'],
    ['if-none-match', '*'],
  ),
  fc
    .tuple(
      fc.constantFrom(
        ...['accept', 'content-type', 'subject-address', 'x-opaque-id', 'es-client-authentication', 'origin'],
        ...[
          'x-elastic-product-origin',
          'traceparent',
          'user-agent',
          'x-forwarded-for',
          'forwarded',
          'cookie',
        ],
      ),
      headerText,
    )
    .map(([name, value]): Header => [name, value.slice(0, 3_000)]),
)

/** Nobody's whom the run needs. */
const segment = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'fuzz-user-1',
      'fuzz-user-2',
      'fuzz-a,fuzz-b',
      jacknichUid,
      `${jacknichUid},u_x_0`,
    ),
  },
  fc.constantFrom(
    '*',
    '_all',
    '%00',
    '%ff',
    '%2f',
    '%2e%2e',
    '..',
    '.',
    '%',
    '%zz',
    ',',
    ',,a',
    '%20',
    '_activate',
  ),
  naughtyText.map((text) => encodeURIComponent(text.toWellFormed()).slice(0, 3_000)),
)

function pathOf({ row: { paths } }: Endpoint): fc.Arbitrary<string> {
  // Without a name it is the caller's own password that changes.
  const named = paths.filter((path) => path !== '/_security/user/_password')
  return fc
    .tuple(fc.constantFrom(...named), segment)
    .map(([path, value]) => path.replaceAll(/\{\w+\}/g, () => value))
}

const queryValue = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'true',
      'false',
      '',
      'wait_for',
      '0',
      '-1',
      '1e9',
      '9'.repeat(30),
      'json',
      'yaml',
    ),
  },
  fc.constantFrom(
    '*',
    '**',
    'a.*',
    '-**',
    '-error',
    '**.reason',
    '*,-user.*',
    '%2a',
    '%',
    '%ff',
    '%00',
    '+',
    ',,',
    'a'.repeat(3_000),
  ),
  naughtyText.map((text) => encodeURIComponent(text.toWellFormed()).slice(0, 2_000)),
)

function queryOf({ row }: Endpoint): fc.Arbitrary<string> {
  const known = [
    'error_trace',
    'filter_path',
    'format',
    'human',
    'pretty',
    'refresh',
    'data',
    ...(row.parameters ?? []),
  ]
  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...known) },
    fc.constantFrom('prety', '', '%00', '%', '__proto__', 'filter_path%20'),
  )
  const pair = fc
    .tuple(name, fc.option(queryValue))
    .map(([key, value]) => (value === null ? key : `${key}=${value}`))
  return fc.array(pair, { maxLength: 4 }).map((pairs) => (pairs.length > 0 ? `?${pairs.join('&')}` : ''))
}

const anyTarget = fc.oneof(
  fc.constantFrom(
    '/',
    '//',
    '/%',
    '/*',
    '*',
    '/health/live',
    '/health/ready',
    '/health/x',
    '/_security',
    '/a?b?c',
    '/..;/',
  ),
  fc.constantFrom(
    'http://user:password@gateway/_security/_authenticate',
    '//evil.example/',
    '/\\',
    '/graphql/',
    '/GraphQL',
  ),
  fc.webPath().map((path) => `/${path}`),
  fc.integer({ min: 4_000, max: 9_000 }).map((length) => `/${'a'.repeat(length)}`),
)

/** What can stand in a request's first line; elsewhere it would end there. */
function asTarget(text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
  const target = bytes.replaceAll(/[\0-\x20\x7f]/g, '')
  return target.startsWith('/') ? target : `/${target}`
}
