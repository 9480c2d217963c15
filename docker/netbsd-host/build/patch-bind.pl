#!/usr/bin/perl
# patch-bind.pl SYSCONFDIR FILE...: moves Debian's built-in BIND paths (/etc/bind, //run/named) to NetBSD's (SYSCONFDIR,
# /var/run/named), in place. The new texts go into the room between the program's constants and the next page. Every pointer
# and instruction that named an old text now names the new one. The old ones stay, because the linker lets other constants
# share their ends.
use strict; use warnings;
my $etc = shift @ARGV;

# every path that is replaced
my %new = (map({ ("/etc/bind/$_" => "$etc/$_") } qw(named.conf bind.keys rndc.conf rndc.key)),
           map({ ("//run/named/$_" => "/var/run/named/$_") } qw(named.pid named.lock session.key)));

for my $file (@ARGV) {
    open(my $in, '<:raw', $file) or die "$file: $!"; my $data = do { local $/; <$in> }; close $in;
    # the path in the configuration that named has built in; what it is longer by is taken from indentation after it
    $data =~ s{"/etc/bind/bind\.keys";([^\0]*)}{
        my ($path, $rest, $more) = ("\"$etc/bind.keys\";", $1, length("$etc/bind.keys") - length('/etc/bind/bind.keys'));
        if ($more < 0) { $path .= ' ' x -$more } else { $rest =~ s/\t// or die "$file: no room" for 1 .. $more }
        "$path$rest" }e;
    # asks libutil.so.7 instead, see bind-on-netbsd.c
    $data =~ s{\0isc_file_isdirwritable\0}{\0muster_dir_is_writable\0} if $file =~ m{/named$};

    my ($headers, $size, $count) = (unpack('Q<', substr($data, 32, 8)), unpack('v2', substr($data, 54, 4)));
    my @load = grep { $_->{type} == 1 } map { my $at = $headers + $_ * $size;
        my ($type, $flags, $offset, $address, undef, $length) = unpack('V2 Q<4', substr($data, $at, 40));
        { type => $type, flags => $flags, offset => $offset, address => $address, length => $length, at => $at } } 0 .. $count - 1;
    my ($code) = grep { $_->{flags} == 5 } @load;
    my ($constants) = grep { $_->{flags} == 4 && $_->{offset} > $code->{offset} } @load;
    my $end = $constants->{offset} + $constants->{length};
    my ($next) = sort { $a <=> $b } grep { $_ >= $end } map { $_->{offset} & ~0xfff } @load;
    # a page that also holds the beginning of the data is room as far as it is empty
    my $room = ((($end + 0xfff) & ~0xfff) < ($next // 1 << 62) ? ($end + 0xfff) & ~0xfff : $next // length $data) - $end;

    for my $old (sort keys %new) {
        my $from = index($data, "\0$old\0") + 1 or next;
        next unless $from > $constants->{offset} && $from < $end;
        my $target = $from - $constants->{offset} + $constants->{address};
        my $text = "$new{$old}\0";
        die "$file: no room for $text\n" if length $text > $room || substr($data, $end, length $text) =~ /[^\0]/;
        my ($hits, $address) = (0, $end - $constants->{offset} + $constants->{address});
        # Elf64_Rela {offset, info = R_X86_64_RELATIVE (8), addend}
        my $want = pack('Q<2', 8, $target);
        for (my $p = index($data, $want); $p >= 0; $p = index($data, $want, $p + 1)) {
            substr($data, $p + 8, 8) = pack('Q<', $address); $hits++;
        }
        # lea register, [rip + distance]
        for my $p ($code->{offset} + 3 .. $code->{offset} + $code->{length} - 4) {
            my $here = $p + 4 - $code->{offset} + $code->{address};
            next unless unpack('l<', substr($data, $p, 4)) == $target - $here && substr($data, $p - 3, 3) =~ /^[\x48\x4c]\x8d[\x05\x0d\x15\x1d\x25\x2d\x35\x3d]/s;
            substr($data, $p, 4) = pack('l<', $address - $here); $hits++;
        }
        die "$file: nothing names $old\n" unless $hits;
        substr($data, $end, length $text) = $text;
        $_ += length $text for $end, $constants->{length};
        $room -= length $text;
    }
    substr($data, $constants->{at} + 32, 16) = pack('Q<2', ($constants->{length}) x 2);
    # what `named -V` says about how it was configured
    $data =~ s{( '--build=[^\0]*)}{" 'defaults'" . ("\0" x (length($1) - 11))}e;
    open(my $out, '>:raw', $file) or die "$file: $!"; print $out $data; close $out;
}
