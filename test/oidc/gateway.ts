import { expect, onTestFinished, vi } from 'vitest'
import { provision } from '../support/people.ts'
import { createTestApp, type Fetch, type TestApp } from '../support/testApp.ts'

/**
 * A gateway with these settings. Its clock stands still at the time of now: the tokens of a provider are good for as
 * long as a test lasts, and what is to happen once in some seconds happens once. It is closed when the test is over.
 */
export async function gatewayWith(
  settings: string,
  environment: Record<string, string> = {},
): Promise<TestApp> {
  const app = await createTestApp({ settings, environment, now: Date.now() })
  onTestFinished(app.close)
  await provision(app.fetch)
  return app
}

/** Waits until all realms have keys. */
export async function untilReady({ fetch }: TestApp): Promise<void> {
  await vi.waitFor(async () => expect((await readiness(fetch)).body).toEqual({ status: 'ready' }), patience)
}

/** For conditions that come about by themselves. */
export const patience = { timeout: 20_000, interval: 50 }

export async function readiness(fetch: Fetch): Promise<{ status: number; body: unknown }> {
  const response = await fetch('/health/ready')
  return { status: response.status, body: await response.json() }
}
