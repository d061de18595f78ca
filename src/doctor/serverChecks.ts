import { X509Certificate } from 'node:crypto'
import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config, Settings } from '../config.ts'
import { createAllowedOperations } from '../graphql/allowedOperations.ts'
import { schema } from '../graphql/schema.ts'
import { failureOf } from '../errors.ts'
import { reasonUnwritten } from '../systemReason.ts'
import { failure, ok, warning, type Check } from './check.ts'

/** What speaks for and against how a gateway is asked, and what it keeps of that. */
export function serverChecks({ settings }: Pick<Config, 'settings'>, now: number): Check[] {
  const { tls, audit, graphql } = settings
  return [
    ...(tls === null ? clearChecks(settings) : [certificateCheck(tls.certificate, now)]),
    ...proxyChecks(settings.proxies.trusted_proxies),
    ...auditChecks(audit),
    ...operationChecks(graphql.allowed_operations),
  ]
}

const day = 86_400_000

/** The certificate and those between it and an authority: whichever ends first. */
export function certificateCheck(pem: string, now: number): Check {
  const id = 'tls.certificate'
  const chain = [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(
    ([one]) => new X509Certificate(one),
  )
  const begin = Math.max(...chain.map(({ validFromDate }) => validFromDate.getTime()))
  const end = Math.min(...chain.map(({ validToDate }) => validToDate.getTime()))
  const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10)
  const advice = 'put another one at tls.certificate, with its key at tls.key, and send the gateway SIGHUP'
  if (now >= end) return failure(id, `it has ended on ${dateOf(end)}: clients refuse it`, advice)
  if (now < begin) return failure(id, `it begins on ${dateOf(begin)}: clients refuse it until then`, advice)
  return end - now < 30 * day
    ? warning(id, `it ends in ${Math.floor((end - now) / day)} days, on ${dateOf(end)}`, advice)
    : ok(id, `it is valid until ${dateOf(end)}`)
}

function clearChecks({ http }: Settings): Check[] {
  if (!http.insecure) return []
  const advice =
    'remove it: set tls.certificate and tls.key, or proxies.trusted_proxies for a proxy that has TLS'
  return [warning('http.insecure', 'passwords and tokens may cross a network in the clear', advice)]
}

/** In bits. What is wider holds more than one network that somebody has to themselves. */
const narrowest = { IPv4: 8, IPv6: 32 }

function proxyChecks(ranges: readonly string[]): Check[] {
  const wide = ranges.filter((range) => {
    const [address = '', prefix] = range.split('/')
    return prefix !== undefined && Number(prefix) < narrowest[address.includes(':') ? 'IPv6' : 'IPv4']
  })
  if (wide.length === 0) return []
  const finding = `${wide.join(', ')}: whoever asks from there can say that it is somebody else, and is not throttled`
  return [
    warning(
      'proxies.trusted_proxies',
      finding,
      'name the addresses of the proxies, or the network of theirs',
    ),
  ]
}

function auditChecks({ destination, on_failure: onFailure }: Settings['audit']): Check[] {
  const found: Check[] = []
  if (destination === 'none')
    found.push(
      warning('audit.destination', 'nothing of who has done what is kept', 'set it to stdout, or to a file'),
    )
  if (typeof destination === 'object') found.push(auditFileCheck(destination.file))
  if (onFailure === 'continue')
    found.push(
      warning('audit.on_failure', 'changes of which no line can be written are made', 'set it to by_kind'),
    )
  return found
}

function auditFileCheck(file: string): Check {
  const id = 'audit.destination'
  try {
    const there = statSync(file, { throwIfNoEntry: false })
    if (there?.isDirectory())
      return failure(id, 'the file cannot be written: it is a folder', 'name a file in it')
    accessSync(there ? file : dirname(file), constants.W_OK)
    return ok(id, there ? 'the file can be written' : 'the file is not there yet, and can be made')
  } catch (thrown) {
    return failure(
      id,
      `the file cannot be written: ${reasonUnwritten(thrown)}`,
      `see that ${file} may be written by the gateway’s user`,
    )
  }
}

function operationChecks(operations: Settings['graphql']['allowed_operations']): Check[] {
  const id = 'graphql.allowed_operations'
  if (operations === null) return []
  try {
    createAllowedOperations(schema, operations)
    return [ok(id, `each of the ${operations.length} operations can be run`)]
  } catch (thrown) {
    const { problems } = failureOf(thrown)
    return [failure(id, problems.join('\n'), 'correct the file: no gateway starts with it')]
  }
}
