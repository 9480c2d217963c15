#!/usr/bin/perl
# Moves Debian's built-in BIND paths (/etc/bind, //run/named) to NetBSD's (/etc, /var/run/named), in place.
# A shorter path is padded with NULs; a longer one goes where `named -V` keeps its configure line, and the
# relocation that fills the pointer is turned to it.
use strict; use warnings;
for my $file (@ARGV) {
    open(my $in, '<:raw', $file) or die "$file: $!"; local $/; my $data = <$in>; close $in;
    $data =~ s{/etc/bind/([a-z.]+)\0}{"/etc/$1\0" . ("\0" x 5)}ge;
    $data =~ s{"/etc/bind/bind\.keys"}{"/etc/bind.keys"     };
    # like NetBSD's package, do without the fatal "directory is not writable": the check asks for existence instead
    $data =~ s{\0isc_file_isdirwritable\0}{"\0isc_file_exists\0" . ("\0" x 7)}e if $file =~ m{/named$};
    if ($data =~ m{ '--build=[^\0]*}) {
        my ($room, $size) = ($-[0], $+[0] - $-[0]);
        my ($fill, $at) = ('', $room + 16);
        for my $old ('//run/named/named.pid', '//run/named/named.lock', '//run/named/session.key') {
            my $from = index($data, "\0$old\0") + 1;
            (my $new = $old) =~ s{^//run}{/var/run};
            my $hits = 0;
            # Elf64_Rela {offset, info = R_X86_64_RELATIVE (8), addend}; this segment's offset is its address
            my $want = pack('Q<', 8) . pack('Q<', $from);
            for (my $p = index($data, $want); $p >= 0; $p = index($data, $want, $p + 1)) {
                substr($data, $p + 8, 8) = pack('Q<', $at); $hits++;
            }
            die "$file: no pointer to $old\n" unless $hits == 1;
            $fill .= "$new\0"; $at += length($new) + 1;
        }
        die "no room" if length($fill) + 17 > $size;
        substr($data, $room, $size) = substr(" 'defaults'" . ("\0" x 16), 0, 16) . $fill . ("\0" x ($size - 16 - length $fill));
    }
    open(my $out, '>:raw', $file) or die "$file: $!"; print $out $data; close $out;
}
