import type { Logger } from 'pino'
import { pino } from 'pino'
import { Client } from 'undici'
import { gatewayUrlProblem, loadGatewayAccess } from '../config.ts'
import { databaseOptions } from '../databaseOptions.ts'
import { Failure, failureOf } from '../errors.ts'
import { openOperator, type OperatorRequest } from '../operator.ts'
import { databasePlace } from '../storage/databasePlace.ts'
import { migrationStateOf } from '../storage/migrating.ts'
import { isInUse } from '../storage/sqliteLock.ts'
import { systemReason } from '../systemReason.ts'
import { clock } from './clock.ts'
import { commandConfig } from './commandConfig.ts'
import { commandAudit } from './commandAudit.ts'
import { gatewayAnswerOf, sentenceOf, type GatewayAnswer } from './gatewayAnswer.ts'
import { noteDatabase } from './note.ts'
import { readSecret } from './secret.ts'
import type { Streams } from './streams.ts'
import { UsageError } from './usageError.ts'

/** The options of every command that asks for something. */
export interface AccessOptions {
  /** Of a gateway that serves; without it, the database is opened. */
  readonly url?: string
  /** As whom that gateway is asked. */
  readonly as?: string
}

/** Whichever way it goes, what is asked and answered is the same. */
export interface Access {
  /**
   * Asks at Elasticsearch's address. `as` is the user whose rights count, where the database is opened.
   * @throws what went wrong; that something is not there is an answer
   */
  readonly ask: (request: OperatorRequest, as?: string) => Promise<GatewayAnswer>
  readonly close: () => Promise<void>
}

/**
 * Opens the database that the configuration names, or else a way to the gateway that the options do.
 * @throws `CONFIGURATION` with what stands in the way, `UNAVAILABLE` if the server of the database is not there now
 */
export async function openAccess(options: AccessOptions, streams: Streams): Promise<Access> {
  return options.url === undefined
    ? accessToDatabase(streams)
    : accessToGateway(options.url, options.as ?? 'elastic', streams)
}

async function accessToDatabase(streams: Streams): Promise<Access> {
  const config = commandConfig()
  const place = databasePlace(config.databaseUrl)
  const logger = noteLogger(streams)
  const openAudit = (nameKey: () => Promise<string>) => commandAudit(config.settings.audit, streams, nameKey)
  // To open it would make it.
  if ((await migrationStateOf(databaseOptions(config, clock))).isNew)
    throw new Failure(
      'CONFIGURATION',
      `there is no database of a gateway yet (${place}): run \`profile-gateway migrate\`, or start a gateway`,
    )
  const operator = await openOperator({ config, clock, logger, openAudit }).catch((thrown: unknown) => {
    const failure = failureOf(thrown)
    if (!isInUse(failure)) throw thrown
    const message = `${failure.message}, or ask it with --url`
    throw new Failure(failure.code, message, { cause: thrown })
  })
  let isNoted = false
  return {
    async ask(request, as) {
      // A forgotten DATABASE_URL would have another one changed.
      if (request.method !== 'GET' && !isNoted) {
        noteDatabase(place, streams.notes)
        isNoted = true
      }
      try {
        const { status, body } = await operator.ask(request, as)
        return gatewayAnswerOf(status, body)
      } catch (thrown) {
        const { code, message, cause } = failureOf(thrown)
        throw new Failure(code, sentenceOf(message), { cause })
      }
    },
    close: operator.close,
  }
}

/** In milliseconds: two passwords can be hashed for a request, each in a queue of others. */
const patience = 30_000

const untrusted = 'no authority that is known has signed its certificate: NODE_EXTRA_CA_CERTS names others'
const noTls = 'it does not speak TLS there'
const silent = `it has not answered in ${patience / 1_000} s, and may yet do what was asked for`

/** Why a gateway does not answer. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ECONNRESET: 'it has closed the connection',
  UND_ERR_SOCKET: 'it has closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'it has not taken the connection in time',
  ETIMEDOUT: 'it has not taken the connection in time',
  UND_ERR_HEADERS_TIMEOUT: silent,
  UND_ERR_BODY_TIMEOUT: silent,
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  EPROTO: noTls,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names',
}

async function accessToGateway(url: string, username: string, streams: Streams): Promise<Access> {
  const problem = gatewayUrlProblem(url)
  if (problem !== null) throw new UsageError(`--url: ${problem}`)
  const { origin, path: prefix, password, apiKey } = loadGatewayAccess(url)
  const authorization = apiKey === null ? await basic() : `ApiKey ${apiKey}`
  // A client of its own: what is asked for is in no other connection, and the path is sent as it is.
  const client = new Client(origin, {
    headersTimeout: patience,
    bodyTimeout: patience,
    connectTimeout: 5_000,
  })
  return {
    async ask({ method, path, body }) {
      const headers = { authorization, 'user-agent': 'profile-gateway', 'content-type': 'application/json' }
      try {
        const answer = await client.request({
          ...{ method, path: prefix + path },
          headers: { ...headers, accept: 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
        })
        return gatewayAnswerOf(answer.statusCode, await answer.body.text())
      } catch (thrown) {
        if (thrown instanceof Failure) throw thrown
        const message = `cannot ask ${origin}: ${systemReason(thrown, reasons)}`
        throw new Failure('UNAVAILABLE', message, { cause: thrown })
      }
    },
    close: () => client.close(),
  }

  async function basic(): Promise<string> {
    if (password === null && !streams.input.isTTY)
      throw new Failure(
        'CONFIGURATION',
        'set GATEWAY_PASSWORD or GATEWAY_API_KEY: there is no terminal to ask for a password',
      )
    const secret = password ?? (await readSecret(streams, `password of [${username}]`))
    return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`
  }
}

/** What goes wrong beside what was asked for stands among the notes. */
function noteLogger({ notes }: Streams): Logger {
  return pino({ level: 'warn' }, notes)
}
