import type { Scheduler } from 'fast-check'

/** The same port, whose answers the scheduler gives out. */
export function heldBack<Port extends object>(scheduler: Scheduler, port: Port): Port {
  const methods = Object.entries(port) as [string, (...given: unknown[]) => Promise<unknown>][]
  return Object.fromEntries(
    methods.map(([name, method]) => [name, scheduler.scheduleFunction(method)]),
  ) as Port
}
