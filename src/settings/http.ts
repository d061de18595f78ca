import { z } from 'zod'
import { durationFrom, integer, size, yesOrNo } from './value.ts'

const time = durationFrom(1_000, 3_600_000, 'at least 1s and at most 1h')

export const http = z
  .strictObject({
    max_content_length: size
      .prefault('20mb')
      .describe("The largest body at Elasticsearch's address; not more than `max_content_under_way`."),
    max_content_under_way: size
      .prefault('128mb')
      .describe(
        'The maximum size of all bodies together, at both doors, that are received or worked on; and again of all answers that clients have not taken yet. JSON takes many times its size while it is read.',
      ),
    insecure: yesOrNo()
      .default(false)
      .describe('Whether passwords and tokens may cross a network in the clear.'),
    max_connections: integer(1, 1_000_000)
      .default(10_000)
      .describe(
        'How many connections there may be at once. One more is closed before anything is read from it.',
      ),
    header_timeout: time
      .prefault('10s')
      .describe('How long the headers of a request may take to come; not longer than `request_timeout`.'),
    request_timeout: time
      .prefault('2m')
      .describe('How long a whole request may take to come, and then the client to take the answer.'),
    answer_timeout: time.prefault('30s').describe('How long a request waits for its answer; at both doors.'),
    idle_timeout: time
      .prefault('75s')
      .describe(
        'How long a connection may wait for its next request: longer than load balancers keep theirs, so that they close them first.',
      ),
  })
  .prefault({})
  .describe('How requests are received.')
  .refine(({ header_timeout: header, request_timeout: request }) => header <= request, {
    error: 'expected header_timeout to be at most request_timeout',
  })
  .refine(({ max_content_length: one, max_content_under_way: all }) => one <= all, {
    error: 'expected max_content_length to be at most max_content_under_way',
  })
