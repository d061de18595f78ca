import assert from 'node:assert/strict'
import { assertError, assertErrorWith, assertText, type WireError } from '../answer.ts'
import type { ConformanceCase } from '../case.ts'
import type { ConformanceServer } from '../server.ts'

const path = '/_security/profile/_activate'
const parser = '[activate_profile_request]'
const type = 'x_content_parse_exception'

const tokens = {
  VALUE_NUMBER: '1',
  VALUE_NULL: 'null',
  VALUE_BOOLEAN: 'true',
  START_ARRAY: '[]',
  START_OBJECT: '{}',
}
const strings = ['grant_type', 'username', 'password', 'access_token']

/** A body, where in it the first thing is that does not fit, and what that is. */
const unfit: readonly (readonly [id: string, body: string, at: string, what: string])[] = [
  ['unknown', '{"foo":1}', '1:2', 'unknown field [foo]'],
  ['unknown-later', '{ "username": "x",  "foo": {} }', '1:21', 'unknown field [foo]'],
  ['unknown-on-line-3', '{\n  "username": "x",\n  "foo": 1}', '3:3', 'unknown field [foo]'],
  ['unknown-before-type', '{"foo":1,"username":1}', '1:2', 'unknown field [foo]'],
  [
    'type-before-unknown',
    '{"username":1,"foo":1}',
    '1:13',
    "username doesn't support values of type: VALUE_NUMBER",
  ],
  ['type-on-line-2', '{"password":\n []}', '2:2', "password doesn't support values of type: START_ARRAY"],
  ['similar', '{"passwrd":"x"}', '1:2', 'unknown field [passwrd] did you mean [password]?'],
  [
    'similar-with-underscore',
    '{"user_name":"x"}',
    '1:2',
    'unknown field [user_name] did you mean [username]?',
  ],
  ['case', '{"Username":"x"}', '1:2', 'unknown field [Username] did you mean [username]?'],
  ['refresh', '{"refresh":true}', '1:2', 'unknown field [refresh]'],
  ['client-string', '{"client_authentication":"x"}', '1:26', noClient('VALUE_STRING')],
  ['client-null', '{"client_authentication":null}', '1:26', noClient('VALUE_NULL')],
  ['client-array', '{"client_authentication":[]}', '1:26', noClient('START_ARRAY')],
]

function noClient(token: string): string {
  return `client_authentication doesn't support values of type: ${token}`
}

/** What `client_authentication` is, and what is said of it at the end of the chain of causes. */
const unfitClients: readonly (readonly [
  id: string,
  client: string,
  type: string,
  reason: string | RegExp,
])[] = [
  ['no-value', '{"scheme":"SharedSecret"}', 'illegal_argument_exception', 'Required [value]'],
  ['no-scheme', '{"value":"x"}', 'illegal_argument_exception', 'Required [scheme]'],
  ['empty', '{}', 'illegal_argument_exception', 'Required [scheme, value]'],
  ['unknown', '{"foo":1}', type, /^\[1:\d+\] \[client_authentication\] unknown field \[foo\]/],
]

/** Bodies that are no JSON object. */
const notJson: readonly (readonly [id: string, body: string])[] = [
  ['open', '{"username":"x"'],
  ['no-value', '{"username":}'],
  ['trailing-comma', '{"username":"x",}'],
  ['single-quotes', "{'username':'x'}"],
  ['bare-name', '{username:"x"}'],
  ['bare-value', '{"username": nil}'],
  ['control-character', '{"username":"\n"}'],
]

const notObjects: readonly (readonly [body: string, token: string])[] = [
  ['[]', 'START_ARRAY'],
  ['"x"', 'VALUE_STRING'],
  ['1', 'VALUE_NUMBER'],
  ['true', 'VALUE_BOOLEAN'],
]

/** Bodies of activations that do not parse. What a grant may hold is part of the activation contract. */
export const bodies: readonly ConformanceCase[] = [
  ...['run_as', 'api_key'].map((key): ConformanceCase => ({
    id: `body-${key}`,
    name: `MUST NOT take ${key}, which is for API keys`,
    evidence: 'S',
    source: 'spec 1.2',
    async fn({ send, nobody }) {
      const answer = await send('POST', path, { body: { grant_type: 'password', ...nobody, [key]: 'x' } })
      assertErrorWith(answer, 400, type, new RegExp(`unknown field \\[${key}\\]`))
    },
  })),
  ...unfit.map(([id, body, at, what]): ConformanceCase => ({
    id: `body-${id}`,
    name: `MUST say of ${JSON.stringify(body)} where and what does not fit`,
    evidence: 'M',
    source: 'spec 1.3',
    async fn({ send }) {
      assertError(await send('POST', path, { body }), 400, type, `[${at}] ${parser} ${what}`)
    },
  })),
  ...strings.map((key): ConformanceCase => ({
    id: `body-type-${key}`,
    name: `MUST NOT take anything but a string for ${key}`,
    evidence: 'M',
    source: 'spec 1.3',
    async fn({ send }) {
      for (const [token, value] of Object.entries(tokens)) {
        const answer = await send('POST', path, { body: `{"${key}":${value}}` })
        const at = `1:${key.length + 5}`
        const reason = `[${at}] ${parser} ${key} doesn't support values of type: ${token}`
        assertError(answer, 400, type, reason)
      }
    },
  })),
  ...unfitClients.map(([id, client, cause, reason]): ConformanceCase => ({
    id: `body-client-${id}`,
    name: `MUST say what lies behind the client_authentication ${client}`,
    evidence: 'M',
    source: 'spec 1.3',
    async fn(server) {
      const { error } = await unfitClient(server, client)
      const last = lastCause(error)
      assert.equal(last.type, cause)
      assertText(last.reason, reason)
    },
  })),
  ...notJson.map(([id, body]): ConformanceCase => ({
    id: `body-json-${id}`,
    name: `MUST say of ${JSON.stringify(body)} where it is no JSON`,
    evidence: 'M',
    source: 'spec 1.3',
    async fn({ send }) {
      const { status, body: answer } = await send('POST', path, { body })
      assert.equal(status, 400)
      assert.match(answer.error.type, /^x_content_(parse|e_o_f)_exception$/)
      assert.match(answer.error.reason, /^\[\d+:\d+\] /)
    },
  })),
  ...notObjects.map(([body, token]): ConformanceCase => ({
    id: `body-object-${token}`,
    name: `MUST say of ${body} that it is no object`,
    evidence: 'M',
    source: 'spec 1.3',
    async fn({ send }) {
      const reason = new RegExp(`^\\[1:1\\] (.+ )?Expected START_OBJECT but was: ${token}$`)
      assertErrorWith(await send('POST', path, { body }), 400, type, reason)
    },
  })),
  ...[
    { id: 'key', body: '{"username":"a","username":"b"}', key: 'username' },
    { id: 'inner-key', body: '{"client_authentication":{"value":"a","value":"b"}}', key: 'value' },
  ].map(({ id, body, key }): ConformanceCase => ({
    id: `body-duplicate-${id}`,
    name: `MUST NOT take a key twice: ${body}`,
    evidence: 'M',
    source: 'spec 1.3',
    async fn({ send }) {
      const { status, text } = await send('POST', path, { body })
      assert.equal(status, 400)
      assert.ok(text.includes(`Duplicate field '${key}'`), text)
    },
  })),
  ...[
    { id: 'absent', what: 'without a body', body: undefined },
    { id: 'empty', what: 'with an empty body', body: '' },
  ].map(({ id, what, body }): ConformanceCase => ({
    id: `body-${id}`,
    name: `MUST ask for a body, of a request ${what}`,
    evidence: 'M',
    source: 'spec 1.3',
    async fn({ send }) {
      const answer = await send('POST', path, { body })
      assertError(answer, 400, 'parse_exception', 'request body is required')
    },
  })),
]

async function unfitClient({ send }: ConformanceServer, client: string): Promise<{ error: WireError }> {
  const answer = await send('POST', path, { body: `{"client_authentication":${client}}` })
  const wrapped = /^\[1:\d+\] \[activate_profile_request\] failed to parse field \[client_authentication\]$/
  assertErrorWith(answer, 400, type, wrapped)
  return answer.body
}

function lastCause(error: WireError): WireError {
  return error.caused_by ? lastCause(error.caused_by) : error
}
