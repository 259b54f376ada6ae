// Callers of Emmett: each appends an event to a stream, awaits it, and appends again.
// What it is to do comes in as JSON, what it did goes out as JSON.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';

const told = JSON.parse(readFileSync(0, 'utf8'));
const address =
  `postgresql://${told.user}:${encodeURIComponent(told.password)}@/${told.dbname}` +
  `?host=${encodeURIComponent(told.host)}&port=${told.port}`;
const store = getPostgreSQLEventStore(address);
await store.schema?.migrate?.();

const append = (stream) =>
  store.appendToStream(stream, [
    {
      type: 'ParcelScanned',
      data: {
        at: new Date().toISOString(),
        scan: randomUUID(),
        code: 'in_transit',
        facility: 'hangzhou-hub-03',
        region: '330100',
        vehicle: 'zhe-A-48213',
      },
    },
  ]);

// Two who begin one stream at once: one of them is told that it is not what it was.
const LOST_RACE = 412;
const appendAtLast = async (stream) => {
  for (;;) {
    try {
      return await append(stream);
    } catch (error) {
      if (error.errorCode !== LOST_RACE) throw error;
    }
  }
};

let count = 0;
const begun = performance.now();
const until = begun + 1000 * told.seconds;
const caller = async () => {
  while (performance.now() < until) {
    await appendAtLast(`parcel-${1 + Math.floor(Math.random() * 20000)}`);
    count += 1;
  }
};
await Promise.all(Array.from({ length: told.callers }, caller));
const seconds = (performance.now() - begun) / 1000;
await store.close();
process.stdout.write(JSON.stringify({ count, seconds }));
process.exit(0);
