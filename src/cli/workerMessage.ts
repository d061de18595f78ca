import type { Told } from '../metrics/sums.ts'

/** What a worker is told by the process that has started it. */
export type MessageToWorker =
  | {
      readonly kind: 'begin'
      readonly number: number
      /** Whether what is done once is for it to do. */
      readonly isFirst: boolean
    }
  | { readonly kind: 'reload' }
  /** It is to tell its metrics. */
  | { readonly kind: 'tell' }
  /** The metrics of all, for which it has asked. */
  | { readonly kind: 'metrics'; readonly text: string }

/** What it tells that process. */
export type MessageOfWorker =
  | { readonly kind: 'listening'; readonly address: string }
  | { readonly kind: 'told'; readonly told: Told }
  /** It asks for the metrics of all. */
  | { readonly kind: 'ask' }
