# A process on a practice host that is called what it likes: takes the ports, becomes the account, and runs PROGRAM under the words
# given. `perl impostor.pl UID PORTS PROGRAM WORD...`; PORTS: numbers with commas, or -. Its input keeps it alive.
use strict;
use warnings;
use Socket;

my ($uid, $ports, $program, @words) = @ARGV;
s/%([0-9A-Fa-f]{2})/chr(hex($1))/ge for @words;
chroot('.') or die "chroot: $!\n";
chdir('/') or die "chdir: $!\n";
# What is open stays open for the program that is run.
$^F = 255;
my @held;
for my $port ($ports eq '-' ? () : split(/,/, $ports)) {
  for my $type (SOCK_DGRAM, SOCK_STREAM) {
    socket(my $socket, PF_INET, $type, 0) or die "socket: $!\n";
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($socket, pack_sockaddr_in($port, INADDR_ANY)) or die "port $port: $!\n";
    listen($socket, 5) if $type == SOCK_STREAM;
    push @held, $socket;
  }
}
$) = "$uid $uid";
$( = $uid;
$< = $uid;
$> = $uid;
die "still root\n" if $uid && $> != $uid;
$| = 1;
print "pid $$\n";
exec {$program} @words or die "$program: $!\n";
