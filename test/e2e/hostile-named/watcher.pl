# Watches a practice host from outside, as root: reads paths that must stay as they are (a kind and a path, percent-encoded,
# a line; an empty line ends them); then looks again and again until its input ends, and prints a line for each that changed.
# It looks at the processes of the host's root, too: each must run a program of root's.
use strict;
use warnings;

my ($root, $namespace) = @ARGV;
chdir($root) or die "chdir $root: $!\n";
my (%was, %told);

sub say_once {
  my ($text) = @_;
  return if $told{$text}++;
  $text =~ s/([^ -~]|%)/sprintf('%%%02x', ord($1))/ge;
  syswrite(STDOUT, "$text\n");
}

# KIND: `all` (also that nobody changed it and changed it back), `links` (all but that: others may make links to it), `owner`
# (owner and mode), `root` (root's and nobody else's to write, wherever it is there: what is in it may be replaced).
sub look {
  my ($kind, $path) = @_;
  my @found = lstat(".$path");
  my $text = @found ? sprintf('mode %o uid %d gid %d', @found[2, 4, 5]) : 'gone';
  if ($kind eq 'root') {
    return !@found || -l _ || $found[4] == 0 && !($found[2] & 022) ? "of root" : $text;
  }
  return $text if $kind eq 'owner' || !@found;
  $text .= sprintf(' inode %d size %d mtime %d', @found[1, 7, 9]);
  return $kind eq 'links' ? $text : "$text links $found[3] ctime $found[10]";
}

sub programs_of_root {
  for my $process (glob('/proc/[0-9]*')) {
    next unless (readlink("$process/ns/pid") // '') eq $namespace;
    my ($number) = $process =~ /(\d+)$/;
    open(my $status, '<', "$process/status") or next;
    my ($uid) = map { /^Uid:\s+\d+\s+(\d+)/ ? $1 : () } <$status>;
    next unless defined $uid && $uid == 0;
    my @program = stat("$process/exe") or next;
    next if $program[4] == 0;
    say_once('a process of root runs ' . (readlink("$process/exe") // '?') . " of uid $program[4]");
  }
}

my @paths;
while (defined(my $line = <STDIN>)) {
  chomp $line;
  last if $line eq '';
  $line =~ s/%([0-9A-Fa-f]{2})/chr(hex($1))/ge;
  my ($kind, $path) = split(/ /, $line, 2);
  push @paths, [$kind, $path];
  $was{$path} = look($kind, $path);
}
$| = 1;
print "watching\n";
my $ends = '';
vec($ends, fileno(STDIN), 1) = 1;
my $round = 0;
while (1) {
  for my $watched (@paths) {
    my ($kind, $path) = @$watched;
    my $is = look($kind, $path);
    say_once("$path was $was{$path}, is $is") if $is ne $was{$path};
  }
  programs_of_root() if $round++ % 5 == 0;
  my $ready = $ends;
  last if select($ready, undef, undef, 0.004) && sysread(STDIN, my $byte, 1) == 0;
}
print "rounds $round\n";
