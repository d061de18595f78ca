import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hash } from '@node-rs/bcrypt'
import { expect, it, onTestFinished } from 'vitest'
import { client, resource } from '../../examples/spa/provider.ts'
import { startExample, type Example } from '../../examples/spa/start.ts'
import { gateway, type Process } from '../cliProcess.ts'
import { missingChromium, startBrowser } from '../support/chromium.ts'
import { kibana, startCluster, type Cluster } from '../support/cluster.ts'
import { logInAt } from '../support/openidTokens.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { basic, elastic } from '../support/testApp.ts'
import { newDatabase } from '../support/testDatabase.ts'
import { hashedUid, profileHit, response, userHit } from '../transfer/cluster.ts'

const browser = missingChromium === null ? 'in Chromium' : `by its requests: ${missingChromium}`

const serviceToken = 'AAEAAWVsYXN0aWMva2liYW5hL2tpYmFuYS0xOnN0b3J5'
const people = [
  { username: 'jacknich', password: 'l0ng-r4nd0m-p@ssw0rd', name: 'Jack Nicholson' },
  { username: 'ada', password: 'an4lyt1cal-engine', name: 'Ada Lovelace' },
  { username: 'grace', password: 'c0mpiler-f1rst', name: 'Grace Hopper' },
] as const

/** What each of them had in the cluster before. */
const labels = { kibana: { theme: 'dark' } }
const dataOf = (username: string) => ({ kibana: { avatar: { initials: username.slice(0, 2) } } })

it(
  `people of a cluster and of an OpenID provider keep their one profile each, whichever way they log in (${browser})`,
  { timeout: 180_000 },
  async () => {
    // Users exist in a cluster, with profiles, and at an OpenID provider.
    const cluster = await startCluster()
    onTestFinished(cluster.close)
    for (const { username, password, name } of people)
      cluster.put(password, { username, roles: ['editor'], full_name: name })
    cluster.putToken(serviceToken, kibana)

    // The profiles are imported, and the gateway is put in front.
    const { example, env, served } = await inFrontOf(cluster)
    expect(await profilesAt(example)).toEqual(people.map(({ username }) => [username, labels, true]))

    for (const { username, password, name } of people) {
      const uid = hashedUid(username)
      const had = { uid, labels, data: dataOf(username) }

      // By password, which the cluster proves, as Kibana sends it.
      const byPassword = await activate(example, { grant_type: 'password', username, password })
      expect(byPassword).toMatchObject({ uid, labels, enabled: true })
      expect(byPassword.user).toMatchObject({ full_name: name, roles: ['editor'], realm_domain: 'people' })
      expect(await storedProfile(example, uid)).toMatchObject(had)

      // By the access token of the provider.
      const application = { id: client.id, redirectUri: `${example.page}/` }
      const provider = { issuer: example.provider }
      const { accessToken } = await logInAt(provider, username, resource.uri, application)
      const byToken = await activate(example, { grant_type: 'access_token', access_token: accessToken })
      expect(byToken).toMatchObject({ uid, labels, user: { username, realm_name: 'example' } })
      expect(await storedProfile(example, uid)).toMatchObject(had)

      // From the browser page, without any backend.
      expect(await fromThePage(example, username)).toBe(uid)
      expect(await storedProfile(example, uid)).toMatchObject(had)
    }
    expect(await profilesAt(example)).toHaveLength(people.length)

    // Then the users move too, and the cluster goes. Nobody notices.
    await served.stop()
    const hits = await Promise.all(
      people.map(async ({ username, password, name }) =>
        userHit(username, await hash(password, 4), { full_name: name }),
      ),
    )
    await importing(env, response(...hits))
    await cluster.close()
    const again = gateway(['serve'], env.folder, env.environment)
    const moved = { ...example, gateway: await again.address() }
    const { username, password, name } = people[0]
    const atHome = await activate(moved, { grant_type: 'password', username, password }, elastic)
    expect(atHome).toMatchObject({ uid: hashedUid(username), labels, user: { full_name: name } })
    expect(await storedProfile(moved, hashedUid(username), elastic)).toMatchObject({
      labels,
      data: dataOf(username),
    })
  },
)

interface Place {
  readonly folder: string
  readonly environment: Record<string, string>
}

/** The page, its provider and a gateway that asks the cluster, after the cluster's profiles were imported. */
async function inFrontOf(cluster: Cluster): Promise<{ example: Example; env: Place; served: Process }> {
  const database = await newDatabase()
  onTestFinished(database.remove)
  const folder = join(await temporaryFolder(), 'gateway')
  await mkdir(folder)
  const environment = { DATABASE_URL: database.url, ELASTIC_PASSWORD: elastic.password, LOG_LEVEL: 'warn' }
  const env = { folder, environment }
  let served: Process | undefined
  const example = await startExample(async (settings) => {
    const { realms, ...others } = settings as { realms: object }
    const all = {
      ...others,
      realms: { ...realms, elasticsearch: { main: { order: 2, hosts: [cluster.url] } } },
      domains: { people: { realms: ['native', 'example'] } },
    }
    await writeFile(join(folder, 'gateway.yml'), JSON.stringify(all))
    await importing(
      env,
      response(
        ...people.map(({ username }) =>
          profileHit(username, hashedUid(username), undefined, {
            labels,
            application_data: dataOf(username),
          }),
        ),
      ),
    )
    served = gateway(['serve'], folder, environment)
    const address = await served.address()
    return {
      address,
      put: () => Promise.reject(new Error('not here')),
      async close() {
        await served?.stop()
      },
    }
  })
  onTestFinished(example.close)
  if (!served) throw new Error('it was not started')
  return { example, env, served }
}

async function importing({ folder, environment }: Place, document: object): Promise<void> {
  await writeFile(join(folder, 'hits.json'), JSON.stringify(document, null, 2))
  const run = gateway(['import', 'hits.json'], folder, environment)
  expect(await run.ended, run.err).toBe(0)
}

/** Activates a profile at Elasticsearch's address, as Kibana does, or as somebody else. */
async function activate(
  { gateway: address }: Pick<Example, 'gateway'>,
  grant: object,
  caller?: typeof elastic,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${address}/_security/profile/_activate`, {
    method: 'POST',
    headers: { authorization: authorizationOf(caller), 'content-type': 'application/json' },
    body: JSON.stringify(grant),
  })
  const body = (await answer.json()) as Record<string, unknown>
  expect(answer.status, JSON.stringify(body)).toBe(200)
  return body
}

async function storedProfile(
  { gateway: address }: Pick<Example, 'gateway'>,
  uid: string,
  caller?: typeof elastic,
): Promise<unknown> {
  const answer = await fetch(`${address}/_security/profile/${uid}?data=*`, {
    headers: { authorization: authorizationOf(caller) },
  })
  const { profiles } = (await answer.json()) as { profiles: unknown[] }
  return profiles[0]
}

function authorizationOf(caller?: typeof elastic): string {
  return caller ? basic(caller) : `Bearer ${serviceToken}`
}

/** Which profiles there are, of those that these people could have. */
async function profilesAt(example: Example): Promise<unknown[]> {
  const uids = people.flatMap(({ username }) => [0, 1, 2].map((n) => hashedUid(username, n)))
  const answer = await fetch(`${example.gateway}/_security/profile/${uids.join()}`, {
    headers: { authorization: authorizationOf() },
  })
  const { profiles } = (await answer.json()) as {
    profiles: { user: { username: string }; labels: object; enabled: boolean }[]
  }
  return profiles.map(({ user, labels: own, enabled }) => [user.username, own, enabled])
}

/** Signs in at the page and has the profile shown. Answers with its uid. */
async function fromThePage(example: Example, username: string): Promise<string> {
  if (missingChromium !== null) return fromItsRequests(example, username)
  const launched = await startBrowser()
  try {
    const page = await launched.context.newPage()
    await page.goto(example.page)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Username').fill(username)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: username }).waitFor()
    return await page.locator('[data-of=uid]').innerText()
  } finally {
    await launched.close()
  }
}

async function fromItsRequests(example: Example, username: string): Promise<string> {
  const application = { id: client.id, redirectUri: `${example.page}/` }
  const { accessToken } = await logInAt({ issuer: example.provider }, username, resource.uri, application)
  const answer = await fetch(`${example.gateway}/graphql`, {
    method: 'POST',
    headers: {
      origin: example.page,
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query: 'mutation { activateMyProfile { ... on Profile { uid } } }' }),
  })
  expect(answer.headers.get('access-control-allow-origin')).toBe(example.page)
  const { data } = (await answer.json()) as { data: { activateMyProfile: { uid: string } } }
  return data.activateMyProfile.uid
}
