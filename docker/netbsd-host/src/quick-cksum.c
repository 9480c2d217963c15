/* quick-cksum: cksum [file ...], and cksum -n -a SHA256 [file ...]: POSIX's CRC, and SHA-256 after FIPS 180-4. */
#include "quick.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct sha256 {
  uint32_t state[8];
  uint8_t block[64]; /* what is left over from a read */
};

static uint32_t turn(uint32_t word, int by) { return word >> by | word << (32 - by); }

static void digest_block(struct sha256 *sum, const uint8_t *block) {
  static const uint32_t k[64] = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
      0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
      0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
      0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
      0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
      0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
  uint32_t w[64];
  for (int i = 0; i < 16; i++) {
    const uint8_t *at = block + i * 4;
    w[i] = (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
  }
  for (int i = 16; i < 64; i++)
    w[i] = w[i - 16] + w[i - 7] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) +
           (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
  uint32_t *state = sum->state, a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i++) {
    uint32_t one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i];
    uint32_t two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static uint32_t crc_table[256];

static void fill_table(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i << 24;
    for (int bit = 0; bit < 8; bit++) value = value & 0x80000000 ? value << 1 ^ 0x04c11db7 : value << 1;
    crc_table[i] = value;
  }
}

/* Prints the sum of an open file, without a newline. */
static int print_sum(int fd, int is_sha) {
  static uint8_t buffer[65536];
  struct sha256 sum = {{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}, {0}};
  uint64_t length = 0;
  uint32_t crc = 0;
  ssize_t got;
  while ((got = read(fd, buffer, sizeof buffer)) > 0) {
    ssize_t at = 0;
    for (; !is_sha && at < got; at++) crc = crc << 8 ^ crc_table[(crc >> 24 ^ buffer[at]) & 255];
    for (; is_sha && at < got; at++) {
      for (; (length + at) % 64 == 0 && got - at >= 64; at += 64) digest_block(&sum, buffer + at);
      if (at == got) break;
      sum.block[(length + at) % 64] = buffer[at];
      if ((length + at) % 64 == 63) digest_block(&sum, sum.block);
    }
    length += got;
  }
  if (got < 0) return 0;
  if (!is_sha) {
    for (uint64_t rest = length; rest != 0; rest >>= 8) crc = crc << 8 ^ crc_table[(crc >> 24 ^ rest) & 255];
    printf("%u %llu", ~crc, (unsigned long long)length);
    return 1;
  }
  size_t used = length % 64;
  sum.block[used++] = 0x80;
  if (used > 56) {
    memset(sum.block + used, 0, 64 - used);
    digest_block(&sum, sum.block);
    used = 0;
  }
  memset(sum.block + used, 0, 64 - used);
  for (int i = 0; i < 8; i++) sum.block[56 + i] = length * 8 >> (56 - 8 * i);
  digest_block(&sum, sum.block);
  for (int i = 0; i < 8; i++) printf("%08x", sum.state[i]);
  return 1;
}

int quick_cksum(int argc, char **argv) {
  struct stat info;
  int is_sha = argc > 3 && strcmp(argv[1], "-n") == 0 && strcmp(argv[2], "-a") == 0 && strcmp(argv[3], "SHA256") == 0;
  int first = is_sha ? 4 : 1;
  /* First whether all of them can be read: complaints are the script's. */
  for (int i = first; i < argc; i++)
    if (argv[i][0] == '-' || access(argv[i], R_OK) != 0 || stat(argv[i], &info) != 0 || S_ISDIR(info.st_mode)) return 0;
  fill_table();
  if (first == argc) {
    if (fstat(0, &info) != 0 || S_ISDIR(info.st_mode) || !print_sum(0, is_sha)) return 0;
    putchar('\n');
  }
  for (int i = first; i < argc; i++) {
    int fd = open(argv[i], O_RDONLY);
    if (fd < 0 || !print_sum(fd, is_sha)) _exit(1);
    close(fd);
    printf(" %s\n", argv[i]);
  }
  return 1;
}
