# A program in named's place, on a practice host: it runs as an unprivileged account with the host's root directory, and does
# what it reads on its standard input, a move a line, until that ends. Fields are separated by tabs, their bytes
# percent-encoded: `plant DIR NAME WHAT TARGET`, `flip DIR NAME WHAT TARGET`, `catch DIR WHAT TARGET`, `foresee DIR WHAT TARGET`.
# It has the capability to link to what is not its own, since NetBSD lets everybody do that; all else is as the account may.
use strict;
use warnings;
use POSIX ();
use Socket;
use Fcntl;

chroot('.') or die "chroot: $!\n";
chdir('/') or die "chdir: $!\n";
$0 = 'hostile';
$SIG{PIPE} = 'IGNORE';
$SIG{HUP} = 'IGNORE';
umask 0;

my (%made, %seen, %count, @moves);

# Something hostile at a path. Never through what is there: what was there was moved away before.
my %makes = (
  symlink => sub { my ($path, $target) = @_; symlink($target, $path) },
  hardlink => sub { my ($path, $target) = @_; link($target, $path) },
  fifo => sub { my ($path) = @_; POSIX::mkfifo($path, 0666) },
  socket => sub {
    my ($path) = @_;
    socket(my $socket, PF_UNIX, SOCK_STREAM, 0) or return 0;
    bind($socket, pack_sockaddr_un($path));
  },
  file => sub { my ($path, $target) = @_; write_file($path, "$target\n") },
  program => sub {
    my ($path, $target) = @_;
    write_file($path, "#!/bin/sh\n[ \"\$(id -u)\" != 0 ] || echo \"\$0 \$*\" >>$target\n") && chmod(0777, $path);
  },
  setid => sub { my ($path, $target) = @_; write_file($path, "#!/bin/sh\n") && chmod(06777, $path) },
  sparse => sub { my ($path) = @_; write_file($path, '') && truncate($path, 1 << 40) },
  large => sub { my ($path) = @_; write_file($path, "1\n" x 4_000_000) },
  directory => sub { my ($path) = @_; mkdir($path, 0777) && write_file("$path/full", 'x') },
  deep => sub {
    my ($path) = @_;
    mkdir($path, 0777) or return 0;
    chdir($path);
    for (1 .. 200) { last unless mkdir('d' x 40, 0777) && chdir('d' x 40) }
    chdir('/');
    1;
  },
);

sub write_file {
  my ($path, $text) = @_;
  sysopen(my $file, $path, O_WRONLY | O_CREAT | O_EXCL, 0666) or return 0;
  syswrite($file, $text);
  close($file);
}

sub make {
  my ($path, $what, $target) = @_;
  my $done = $makes{$what}->($path, $target);
  $made{$path} = 1 if $done;
  $count{$what}++ if $done;
  return $done;
}

# What is there goes away, and nothing of it is lost to a later look: it is moved within its directory.
my $aside = 0;
sub move_away {
  my ($path) = @_;
  return 1 unless -l $path || -e _;
  return 1 if unlink($path);
  my ($dir) = $path =~ m{^(.*)/};
  my $to = "$dir/.aside" . (++$aside % 64);
  rename($path, $to);
}

my %does = (
  # Once, as soon as the directory is there.
  plant => sub {
    my ($move) = @_;
    my ($dir, $name, $what, $target) = @$move[1 .. 4];
    return if $move->[5]++ > 200 || $made{"$dir/$name"} && (-l "$dir/$name" || -e _);
    return $move->[5] = 0 unless -d $dir && -w _;
    move_away("$dir/$name") && make("$dir/$name", $what, $target);
  },
  # Now what belongs there, now what does not.
  flip => sub {
    my ($move) = @_;
    my ($dir, $name, $what, $target) = @$move[1 .. 4];
    my $path = "$dir/$name";
    return unless -d $dir && -w _;
    if ($move->[5]) {
      unlink($path) if -l $path || !-d _;
      rename("$dir/.real-$name", $path);
    } else {
      $move->[6] //= (-d $path && !-l $path) ? 'directory' : 'file';
      return unless -l $path || -e _;
      rename($path, "$dir/.real-$name") && make($path, $what, $target);
    }
    $move->[5] = !$move->[5];
  },
  # Whatever appears in the directory and is not ours is moved away, and something else is in its place.
  catch => sub {
    my ($move) = @_;
    my ($dir, $what, $target) = @$move[1 .. 3];
    for my $name (names_in($dir)) {
      my $path = "$dir/$name";
      next if $made{$path} || $seen{$path} || $name =~ /^\.(aside|real-)|\.jnl$|^managed-keys|^tmp-|^named\.(pid|lock)$|^session\.key$|^log$/;
      if (rename($path, "$dir/.aside" . (++$aside % 64))) { make($path, $what, $target) }
      $seen{$path} = 1;
    }
  },
  # Temporary names that a run will have are taken before it has them.
  foresee => sub {
    my ($move) = @_;
    my ($dir, $what, $target) = @$move[1 .. 3];
    for my $name (names_in($dir)) {
      next unless $name =~ /^(\.muster-.*-)(\d+)/ && !$made{"$dir/$name"};
      my ($stem, $number) = ($1, $2);
      for my $next ($number .. $number + 12) {
        my $path = "$dir/$stem$next";
        next if $made{$path};
        unlink($path);
        make($path, $what, $target);
      }
    }
  },
);

sub names_in {
  my ($dir) = @_;
  opendir(my $handle, $dir) or return;
  my @names = grep { $_ ne '.' && $_ ne '..' } readdir($handle);
  closedir($handle);
  return @names;
}

my $rest = '';
my $rounds = 0;
fcntl(STDIN, F_SETFL, fcntl(STDIN, F_GETFL, 0) | O_NONBLOCK);
syswrite(STDOUT, "ready\n");
while (1) {
  my $got = sysread(STDIN, my $bytes, 65536);
  last if defined $got && $got == 0;
  $rest .= $bytes if $got;
  while ($rest =~ s/^([^\n]*)\n//) {
    my ($op, @fields) = split(/\t/, $1, -1);
    s/%([0-9A-Fa-f]{2})/chr(hex($1))/ge for @fields;
    if ($op eq 'forget') { @moves = (); %seen = (); syswrite(STDOUT, "forgotten\n"); next }
    push @moves, [$op, @fields];
  }
  $does{$_->[0]}->($_) for @moves;
  $rounds++;
  select(undef, undef, undef, @moves ? 0.0003 : 0.02);
}
syswrite(STDOUT, join(' ', "rounds=$rounds", map { "$_=$count{$_}" } sort keys %count) . "\n");
