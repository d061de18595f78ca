import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { listen } from '../listen.ts'
import { startTemporaryGateway, type TemporaryGateway } from '../temporaryGateway.ts'
import { pageListener } from './pageListener.ts'
import { client, resource, startProvider } from './provider.ts'

export interface Example {
  /** Where the page is. */
  readonly page: string
  readonly provider: string
  readonly gateway: string
  /** Takes a profile out of use, as an operator. */
  readonly disable: (uid: string) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Starts the page, a provider and a gateway, each at a free port of this machine.
 * @param startGateway makes a gateway with settings of `gateway.yml`; without it, one on a database that is thrown away
 */
export async function startExample(
  startGateway: (settings: object) => Promise<TemporaryGateway> = startTemporaryGateway,
): Promise<Example> {
  const server = createServer()
  const page = await listen(server)
  const stylesheet = await readFile(join(import.meta.dirname, '../style.css'), 'utf8')
  const provider = await startProvider(page.origin, stylesheet)
  const gateway = await startGateway(settingsFor(page.origin, provider.origin))
  const terms = { clientId: client.id, scope: client.scope, resource: resource.uri }
  server.on('request', await pageListener({ issuer: provider.origin, gateway: gateway.address, ...terms }))
  return {
    page: page.origin,
    provider: provider.origin,
    gateway: gateway.address,
    disable: (uid) => gateway.put(`profile/${uid}/_disable`),
    async close() {
      await Promise.all([page.close(), provider.close()])
      await gateway.close()
    },
  }
}

/** What `gateway.yml` would say. */
function settingsFor(page: string, issuer: string): object {
  return {
    cors: { allowed_origins: [page] },
    realms: {
      jwt: {
        example: {
          order: 1,
          token_type: 'access_token',
          allowed_issuer: issuer,
          allowed_audiences: [resource.audience],
          allowed_subject_patterns: ['*'],
          allowed_signature_algorithms: ['ES256'],
          required_claims: { client_id: client.id },
          pkc_jwkset_path: `${issuer}/jwks`,
          claims: { principal: 'sub', name: 'name', mail: 'email' },
          client_authentication: { type: 'none' },
          self_activation: true,
        },
      },
    },
  }
}
