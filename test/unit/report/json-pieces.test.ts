import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBytes } from '../../../src/model/byte-text.ts';
import { bytesOf } from '../../../src/model/host-bytes.ts';
import type { JsonValue } from '../../../src/model/index.ts';
import { toJson, writeResult } from '../../../src/report/index.ts';
import { jsonPieces } from '../../../src/report/json-pieces.ts';
import { hostResult, runResult } from './renderers.ts';

const mostOfPiece = 128 * 1024;
const loneSurrogate = /\p{Cs}/u;

describe('jsonPieces', () => {
  it('is the JSON of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), (value) => {
        const text = [...jsonPieces(value as JsonValue)].join('');
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each(['\x01', '\u{e0001}', '\u0301', '"', 'é', '💀', '\u202e'])(
    'writes long texts of %j in pieces of complete characters',
    (character) => {
      const value = { texts: [`x${character.repeat(30_000)}`, character.repeat(30_000)] };
      const pieces = [...jsonPieces(value)];
      expect(JSON.parse(pieces.join(''))).toEqual(value);
      expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(mostOfPiece);
      expect(pieces.filter((piece) => loneSurrogate.test(piece))).toEqual([]);
    },
  );

  it('writes only valid UTF-8, in names and in texts', () => {
    const text = [...jsonPieces({ 'k\udc80': ['\ud800', 'a\udfff\ud800'] })].join('');
    expect(JSON.parse(text)).toEqual({ 'k\ufffd': ['\ufffd', 'a\ufffd\ufffd'] });
    expect(text).not.toMatch(/\\ud[89a-f]/);
  });
});

describe('a whole result', () => {
  it('is never one text, however much all hosts print', () => {
    const said = '\x01'.repeat(256 * 1024);
    const hosts = ['ns1', 'ns2', 'ns3'].map((name) =>
      hostResult(name, { command: { status: 0, stdout: said, stderr: said } }),
    );
    const pieces: string[] = [];
    writeResult({ write: (piece) => pieces.push(piece) }, runResult('exec', hosts));
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(mostOfPiece);
    expect(JSON.parse(pieces.join(''))).toMatchObject({ hosts: [{}, {}, { command: { stderr: said } }] });
    expect(pieces.at(-1)).toMatch(/\n$/);
  });

  it('distinguishes names that differ only in bytes that are not UTF-8', () => {
    const observations = new Map([
      ['k\udc80', '1'],
      ['k\udc81', '2'],
      ['k\ufffd', '3'],
      ['k', '4'],
    ]);
    const [host] = toJson(runResult('verify', [hostResult('ns1', { observations })]))['hosts'] as JsonValue[];
    expect(Object.values((host as Record<string, object>)['observations'] ?? {})).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
  });
});

describe('bytesOf', () => {
  it('returns the bytes of a text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary' }), (bytes, text) => {
        expect([...bytesOf(decodeBytes(bytes))]).toEqual([...bytes]);
        expect([...bytesOf(text)]).toEqual([...Buffer.from(text)]);
      }),
    );
  });
});
