import type { IncomingHttpHeaders } from 'node:http'

/** A request, and how it was answered. */
export interface Answered {
  readonly method: string
  /** The place in the table of routes to which the request led. */
  readonly route: string
  readonly status: number
}

/** What sees requests, and changes nothing about them. */
export interface RequestWatch {
  /** Takes every request whose answer is sent, or whose connection is gone. `seconds`: since its headers were there. */
  readonly answered: (answered: Answered & { readonly seconds: number }) => void
  /** Takes with which status something was refused that was no request. */
  readonly refused: (status: number) => void
  /** Takes that a connection was closed because there are too many. */
  readonly dropped: () => void
  /** Sees a request while it is answered; null: nobody does. */
  readonly around:
    | (<T>(headers: IncomingHttpHeaders, describe: () => Answered, answer: () => Promise<T>) => Promise<T>)
    | null
}
