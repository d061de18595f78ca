import type { Caller } from './subject.ts'

/** What the proof of a caller rests on in our database: what takes time is written only while all of it stands. */
export type Grounds = Pick<Caller, 'basis' | 'token' | 'apiKey'>
