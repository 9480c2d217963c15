/* pkg-match: which package fits a pattern, and which of two versions is the newer one. */
#include "pkg.h"
#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PARTS = 128 };

/* A version as numbers that can be compared. */
struct version {
  double part[PARTS], revision;
  int count;
};

static double number_at(const char **at) {
  double value = 0;
  while (isdigit((unsigned char)**at)) value = value * 10 + (*(*at)++ - '0');
  return value;
}

static const char *revision_of(const char *version) {
  const char *end = version + strlen(version), *at = end;
  while (at > version && isdigit((unsigned char)at[-1])) at--;
  return at < end && at >= version + 2 && strncmp(at - 2, "nb", 2) == 0 ? at : NULL;
}

static struct version order_of(const char *text) {
  static const struct {
    const char *word;
    int value;
  } words[] = {{"alpha", -3}, {"beta", -2}, {"rc", -1}, {"pre", -1}, {".", 0}, {"_", 0}};
  enum { WORDS = sizeof words / sizeof *words };
  struct version version = {.count = 0};
  const char *revision = revision_of(text), *end = revision != NULL ? revision - 2 : text + strlen(text);
  if (revision != NULL) version.revision = number_at(&revision);
  while (text < end && version.count + 2 <= PARTS) {
    int word = 0;
    if (isdigit((unsigned char)*text)) {
      version.part[version.count++] = number_at(&text);
      continue;
    }
    while (word < WORDS && strncmp(text, words[word].word, strlen(words[word].word)) != 0) word++;
    if (word < WORDS) {
      version.part[version.count++] = words[word].value;
      text += strlen(words[word].word);
      continue;
    }
    int letter = tolower((unsigned char)*text++);
    version.part[version.count++] = 0;
    version.part[version.count++] = letter >= 'a' && letter <= 'z' ? letter - 'a' + 1 : 0;
  }
  return version;
}

static int compare(const char *one, const char *other) {
  struct version x = order_of(one), y = order_of(other);
  for (int i = 0; i < x.count || i < y.count; i++) {
    double p = i < x.count ? x.part[i] : 0, q = i < y.count ? y.part[i] : 0;
    if (p != q) return p < q ? -1 : 1;
  }
  return x.revision < y.revision ? -1 : x.revision > y.revision;
}

/* RANGE: >=1<2 and the like, all of which hold */
static int in_range(const char *version, const char *range) {
  while (*range != '\0') {
    int below = *range++ == '<', equal = *range == '=';
    range += equal;
    char *limit = strndup(range, strcspn(range, "<>"));
    int order = compare(version, limit);
    range += strlen(limit);
    free(limit);
    if (below ? order > 0 || (!equal && order == 0) : order < 0 || (!equal && order == 0)) return 0;
  }
  return 1;
}

/* The first { whose } comes before another {, or NULL. */
static const char *innermost_brace(const char *pattern) {
  for (const char *at = strchr(pattern, '{'); at != NULL; at = strchr(at + 1, '{'))
    if (at[1 + strcspn(at + 1, "{}")] == '}') return at;
  return NULL;
}

int fits(const char *full, const char *pattern) {
  const char *brace = innermost_brace(pattern), *range;
  if (brace != NULL) {
    const char *end = strchr(brace, '}');
    for (const char *at = brace + 1; end > brace + 1; at++) {
      size_t length = strcspn(at, ",}");
      char *one = text_of("%.*s%.*s%s", (int)(brace - pattern), pattern, (int)length, at, end + 1);
      int fit = fits(full, one);
      free(one);
      if (fit) return 1;
      at += length;
      if (at == end) break;
    }
    return 0;
  }
  const char *dash = strrchr(full, '-');
  size_t length = dash != NULL ? (size_t)(dash - full) : strlen(full);
  if (strcmp(full, pattern) == 0) return 1;
  if (strlen(pattern) == length && strncmp(full, pattern, length) == 0) return 1;
  range = strpbrk(pattern, "<>");
  if (range != NULL)
    return (size_t)(range - pattern) == length && strncmp(full, pattern, length) == 0 && in_range(dash != NULL ? dash + 1 : "", range);
  return strpbrk(pattern, "*?[") != NULL && fnmatch(pattern, full, FNM_NOESCAPE) == 0;
}

static const char *version_of(const char *full) {
  const char *dash = strrchr(full, '-');
  return dash != NULL ? dash + 1 : full;
}

struct words matching(const struct words *names, const char *pattern) {
  struct words found = {0};
  for (size_t i = 0; i < names->count; i++)
    if (fits(names->word[i], pattern)) add_word(&found, names->word[i]);
  for (size_t i = 1; i < found.count; i++)
    for (size_t j = i; j > 0 && compare(version_of(found.word[j - 1]), version_of(found.word[j])) < 0; j--) {
      char *newer = found.word[j];
      found.word[j] = found.word[j - 1];
      found.word[j - 1] = newer;
    }
  return found;
}
