# What our recipe asks of OpenWrt's build system, for the tests: enough to install
# each package into $(OUT)/NAME and to tell what was defined.
comma:=,
INCLUDE_DIR:=$(TOPDIR)/include
CP:=cp -fpR
LN:=ln -sf
INSTALL_DIR:=install -d -m0755
INSTALL_BIN:=install -m0755
